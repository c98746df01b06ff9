#include "clients/colonies/calls/executors.hpp"

#include "clients/colonies/calls/ask.hpp"

#include <algorithm>

namespace forager::colonies {

namespace asio = boost::asio;

namespace {

Object named(std::string colony, std::string name)
{
    return {{"colonyname", std::move(colony)}, {"executorname", std::move(name)}};
}

bool belongs_into_name(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '.' || character == '_' || character == '-';
}

Result<void> check(const Executor& executor)
{
    auto name = check_name("executor", executor.name);
    if (name.has_error())
        return name;
    return check_name("colony", executor.colony);
}

} // namespace

Result<void> check_name(std::string_view what, std::string_view name)
{
    if (!name.empty() && std::ranges::all_of(name, belongs_into_name))
        return {};
    return Failure{Errc::bad_arguments, "the name of the " + std::string{what} +
                                            " may have letters, digits, '.', '_' and '-' only, and not be empty"};
}

asio::awaitable<Result<Executor>> add_executor(Caller owner, Executor executor, RecordShape shape)
{
    auto checked = check(executor);
    if (checked.has_error())
        co_return checked.error();
    Object payload{{"executor", to_object(executor, shape)}};
    auto added = co_await ask<Executor>(std::move(owner), "addexecutormsg", std::move(payload));
    co_return added;
}

asio::awaitable<Result<void>> approve_executor(Caller owner, std::string colony, std::string name)
{
    return tell(std::move(owner), "approveexecutormsg", named(std::move(colony), std::move(name)));
}

asio::awaitable<Result<void>> reject_executor(Caller owner, std::string colony, std::string name)
{
    return tell(std::move(owner), "rejectexecutormsg", named(std::move(colony), std::move(name)));
}

asio::awaitable<Result<void>> remove_executor(Caller owner, std::string colony, std::string name)
{
    return tell(std::move(owner), "removeexecutormsg", named(std::move(colony), std::move(name)));
}

asio::awaitable<Result<Executor>> get_executor(Caller member, std::string colony, std::string name)
{
    return ask<Executor>(std::move(member), "getexecutormsg", named(std::move(colony), std::move(name)));
}

asio::awaitable<Result<Executor>> get_executor_by_id(Caller member, std::string colony, std::string id)
{
    return ask<Executor>(std::move(member), "getexecutorbyidmsg",
                         {{"colonyname", std::move(colony)}, {"executorid", std::move(id)}});
}

asio::awaitable<Result<std::vector<Executor>>> get_executors(Caller member, std::string colony)
{
    return ask_list<Executor>(std::move(member), "getexecutorsmsg", {{"colonyname", std::move(colony)}});
}

asio::awaitable<Result<std::vector<Function>>> get_functions(Caller member, std::string colony,
                                                             std::string executor_name)
{
    return ask_list<Function>(std::move(member), "getfunctionsmsg", named(std::move(colony), std::move(executor_name)));
}

asio::awaitable<Result<void>> update_capabilities(Caller executor, std::string colony, std::string name,
                                                  Capabilities capabilities, RecordShape shape)
{
    Object payload = named(std::move(colony), std::move(name));
    payload.set("capabilities", to_object(capabilities, shape));
    return tell(std::move(executor), "updateexecutormsg", std::move(payload));
}

asio::awaitable<Result<void>> report_allocations(Caller executor, std::string colony, std::string name,
                                                 Allocations allocations)
{
    Object payload = named(std::move(colony), std::move(name));
    payload.set("allocations", to_object(allocations));
    return tell(std::move(executor), "reportallocationmsg", std::move(payload));
}

asio::awaitable<Result<Function>> add_function(Caller executor, Function function, RecordShape shape)
{
    return ask<Function>(std::move(executor), "addfunctionmsg", {{"fun", to_object(function, shape)}});
}

asio::awaitable<Result<void>> remove_function(Caller executor, std::string function_id)
{
    return tell(std::move(executor), "removefunctionmsg", {{"functionid", std::move(function_id)}});
}

} // namespace forager::colonies
