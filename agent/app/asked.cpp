#include "app/asked.hpp"

#include "io/formats/json.hpp"

#include "scripting/lua_failure.hpp"
#include "scripting/script.hpp"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace forager {

namespace {

// The first table with names is the options; a queue of lines, which stands behind them as a number, is nobody's
// matter.
void sort_arguments(std::vector<Value> args, Asked& asked)
{
    const bool has_lines = args.size() > 1 && args[1].get<std::int64_t>() != nullptr &&
                           (args[0].is_null() || args[0].get<Object>() != nullptr);
    for (std::size_t i = 0; i < args.size(); ++i) {
        auto* options = args[i].get<Object>();
        if (options != nullptr && asked.options.empty())
            asked.options = std::move(*options);
        else if (!args[i].is_null() && !(has_lines && i == 1))
            asked.args.push_back(std::move(args[i]));
    }
}

// All requests are one call, whatever scripts write.
std::string written(const std::string& call, const Object& options)
{
    if (call != request_call)
        return call;
    std::string method = part<std::string>(options, "method");
    for (char& letter : method)
        letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    return "http." + method;
}

// A body of JSON travels in a list, since null is one, too.
void unwrap_body(Object& request)
{
    const Array body = part<Array>(request, "json");
    if (body.size() == 1)
        request.set("json", body.front());
}

std::string in_quotes(std::string_view text)
{
    constexpr std::size_t most = 400; // of what people read; --json has all of it
    const bool is_long = text.size() > most;
    return to_json(Value{std::string{text.substr(0, most)} + (is_long ? "…" : "")});
}

// A command as a shell shows it, where it was one for a shell.
std::string command_line(const Array& argv)
{
    const auto word = [&](std::size_t i) {
        const auto* text = argv[i].get<std::string>();
        return text == nullptr ? to_json(argv[i]) : *text;
    };
    if (argv.size() == 3 && word(0) == "/bin/sh" && word(1) == "-c")
        return word(2);
    std::string line;
    for (std::size_t i = 0; i < argv.size(); ++i)
        line += (i == 0 ? "" : " ") + word(i);
    return line;
}

bool says_something(const Value& value)
{
    const auto* object = value.get<Object>();
    const auto* list = value.get<Array>();
    return !value.is_null() && !(object != nullptr && object->empty()) && !(list != nullptr && list->empty());
}

// What is shown of the options: all but these, and but for what says nothing.
Object without(const Object& options, std::initializer_list<std::string_view> names)
{
    Object rest;
    for (const Member& member : options)
        if (says_something(member.value) && std::ranges::find(names, member.name) == names.end())
            rest.append(member.name, member.value);
    return rest;
}

} // namespace

// Where lines are heard, a task of the library asks; it belongs to the script's own.
std::string place_of(const scripting::Crossing& call)
{
    for (const scripting::Task* task = &call.request.script.vm().current(); task != nullptr; task = task->owner)
        if (std::string place = scripting::place_of(task->thread); !place.empty())
            return place;
    return {};
}

Asked asked_at(const scripting::Crossing& call, std::string where)
{
    Asked asked;
    asked.function = call.request.context.invocation.function;
    asked.where = std::move(where);
    sort_arguments(call.request.args, asked);
    asked.call = written(call.name, asked.options);
    if (call.name == request_call)
        unwrap_body(asked.options);
    return asked;
}

Asked asked_of(const Invocation& invocation, std::vector<Value> args)
{
    Asked asked;
    asked.call = invocation.function;
    if (!invocation.chain.empty())
        asked.function = invocation.chain.back().function;
    asked.options = invocation.kwargs;
    sort_arguments(std::move(args), asked);
    return asked;
}

std::string shown(const Asked& asked)
{
    std::string text = asked.call;
    Object rest = without(asked.options, {});
    if (asked.call == "sh") {
        text += " " + in_quotes(command_line(part<Array>(asked.options, "argv")));
        rest = without(rest, {"argv"});
    } else if (asked.call.starts_with("http.")) {
        text += " " + in_quotes(part<std::string>(asked.options, "url"));
        rest = without(rest, {"method", "url"});
    }
    for (const Value& arg : asked.args) {
        if (!says_something(arg) || arg == Value{""})
            continue;
        const auto* words = arg.get<std::string>();
        text += " " + (words == nullptr ? to_json(arg) : in_quotes(*words));
    }
    if (!rest.empty())
        text += " " + to_json(Value{std::move(rest)});
    return text;
}

} // namespace forager
