// Declaring functions and calling them.
#include "scripting/bindings/bindings.hpp"

#include "core/arguments.hpp"
#include "core/cron_expression.hpp"
#include "scripting/lua_failure.hpp"
#include "scripting/script.hpp"

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

std::size_t count_option(const Value& options, std::string_view name)
{
    const Value* value = option(options, name);
    const auto* count = value == nullptr ? nullptr : value->get<std::int64_t>();
    return count == nullptr ? 0 : static_cast<std::size_t>(*count);
}

Result<std::vector<Parameter>> parameters(const Array& list)
{
    std::vector<Parameter> result;
    for (const Value& entry : list) {
        Parameter parameter{text_option(entry, "name"), *type_named(text_option(entry, "type")), {}};
        if (const Value* fallback = option(entry, "default")) {
            Value value = *fallback;
            if (const auto problem = settle(parameter, value))
                return Failure{Errc::bad_arguments, "the default of argument '" + parameter.name + "' " + *problem};
            parameter.fallback = std::move(value);
        }
        result.push_back(std::move(parameter));
    }
    return result;
}

// declare_function(declaration, function)
Outcome declare_function(Request& request)
{
    const Value& given = request.arg(0);
    Function function;
    function.name = text_option(given, "name");
    function.doc = text_option(given, "doc");
    function.retries = count_option(given, "retries");
    function.concurrency = count_option(given, "concurrency");
    auto timeout = duration_option(given, "timeout");
    if (!timeout)
        return timeout.error();
    function.timeout = *timeout;
    const Value* list = option(given, "parameters");
    function.variadic = list == nullptr;
    if (list != nullptr) {
        auto declared = parameters(*list->get<Array>());
        if (!declared) {
            Failure failure = declared.error();
            failure.message = "func '" + function.name + "': " + failure.message;
            failure.declaration = true;
            return failure;
        }
        function.parameters = std::move(*declared);
    }
    const auto reference = static_cast<int>(*request.arg(1).get<std::int64_t>());
    auto declared = request.script.declare(std::move(function), request.script.handler(reference));
    if (!declared)
        return declared.error();
    return Outputs{};
}

// call(name, ...): a single table with names in it is keyword arguments.
asio::awaitable<Outcome> call(Request request)
{
    Invocation invocation = nested_in(request.context.invocation, *request.args.front().get<std::string>());
    const auto* kwargs = request.args.size() == 2 ? request.args[1].get<Object>() : nullptr;
    if (kwargs != nullptr && !kwargs->empty())
        invocation.kwargs = *kwargs;
    else
        invocation.args.assign(request.args.begin() + 1, request.args.end());
    auto outcome = co_await request.script.world().scheduler.call(std::move(invocation), request.context.observer);
    if (!outcome)
        co_return outcome.error();
    co_return Outputs{as_one(std::move(*outcome))};
}

Outcome check_cron(Request& request)
{
    auto expression = CronExpression::parse(*request.arg(0).get<std::string>());
    if (expression)
        return Outputs{};
    Failure failure = expression.error();
    failure.declaration = true;
    return failure;
}

constexpr Binding bindings[] = {
    {"declare_function", declare_function, nullptr, true},
    {"call", call, "null"},
    {"check_cron", check_cron},
};

} // namespace

std::span<const Binding> function_bindings()
{
    return bindings;
}

} // namespace forager::scripting
