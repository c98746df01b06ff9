#include "cli/steps.hpp"

#include "base/text.hpp"
#include "io/formats/json.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace forager::cli {

namespace {

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

std::string shown_call(const Asked& asked)
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

} // namespace

std::string numbered_line(std::size_t number, const Asked& asked)
{
    constexpr std::size_t width = 4;
    std::string digits = std::to_string(number);
    digits.insert(0, digits.size() < width ? width - digits.size() : 0, ' ');
    const std::string where = asked.where.empty() ? "" : "   (" + asked.where + ")";
    return printable(digits + " " + shown_call(asked) + where) + "\n";
}

Object asked_row(const Asked& asked)
{
    Object row{{"call", asked.call}, {"args", asked.args}, {"options", asked.options}};
    if (!asked.function.empty())
        row.append("function", asked.function);
    if (!asked.where.empty())
        row.append("where", asked.where);
    return row;
}

std::string as_steps(std::size_t count)
{
    return std::to_string(count) + (count == 1 ? " step" : " steps");
}

} // namespace forager::cli
