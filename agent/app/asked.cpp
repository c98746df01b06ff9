#include "app/asked.hpp"

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

} // namespace

Asked asked_at(const scripting::Crossing& call, std::string where)
{
    Asked asked;
    asked.function = call.request.context.invocation.function;
    asked.where = std::move(where);
    sort_arguments(call.request.args, asked);
    asked.call = written(call.name, asked.options);
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
