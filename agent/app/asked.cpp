#include "app/asked.hpp"

#include "scripting/lua_failure.hpp"
#include "scripting/script.hpp"

#include <cctype>
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

} // namespace forager
