#include "primitives/colony/directory.hpp"

#include "clients/colonies/calls/colonies.hpp"
#include "clients/colonies/calls/executors.hpp"
#include "primitives/colony/tables.hpp"

#include <utility>

namespace forager::colony_work {

namespace asio = boost::asio;

asio::awaitable<Result<Array>> list_executors(ColonyMember& member)
{
    auto executors = co_await colonies::get_executors(member.caller(), member.colony());
    if (executors.has_error())
        co_return executors.error();
    Array list;
    for (const colonies::Executor& executor : *executors)
        list.emplace_back(executor_table(executor));
    co_return list;
}

asio::awaitable<Result<Object>> get_executor(ColonyMember& member, std::string name)
{
    auto executor = co_await colonies::get_executor(member.caller(), member.colony(), std::move(name));
    if (executor.has_error())
        co_return executor.error();
    co_return executor_table(*executor);
}

asio::awaitable<Result<Array>> list_functions(ColonyMember& member, std::string executor)
{
    auto functions = co_await colonies::get_functions(member.caller(), member.colony(), std::move(executor));
    if (functions.has_error())
        co_return functions.error();
    Array list;
    for (const colonies::Function& function : *functions)
        list.emplace_back(function_table(function));
    co_return list;
}

asio::awaitable<Result<Object>> statistics(ColonyMember& member)
{
    const auto numbers = co_await colonies::get_colony_statistics(member.caller(), member.colony());
    if (numbers.has_error())
        co_return numbers.error();
    co_return statistics_table(*numbers);
}

} // namespace forager::colony_work
