#include "clients/colonies/calls/logs.hpp"

#include "clients/colonies/calls/ask.hpp"
#include "clients/colonies/text.hpp"

#include <algorithm>

namespace forager::colonies {

namespace asio = boost::asio;

asio::awaitable<Result<void>> add_log(Caller executor, std::string process, std::string message)
{
    return tell(std::move(executor), "addlogmsg", {{"processid", std::move(process)}, {"message", storable(message)}});
}

asio::awaitable<Result<void>> add_executor_log(Caller executor, std::string colony, std::string name,
                                               std::string message)
{
    return tell(std::move(executor), "addexecutorlogmsg",
                {{"colonyname", std::move(colony)}, {"executorname", std::move(name)}, {"message", storable(message)}});
}

asio::awaitable<Result<std::vector<Log>>> get_logs(Caller member, LogQuery query)
{
    const std::string colony = query.colony;
    Object payload{{"colonyname", std::move(query.colony)},
                   {"processid", std::move(query.process)},
                   {"executorname", std::move(query.executor_name)},
                   {"count", query.count},
                   {"since", query.since},
                   {"latest", query.latest}};
    auto logs = co_await ask_list<Log>(std::move(member), "getlogsmsg", std::move(payload));
    // The server finds an executor's by its name alone: those of another colony's come along.
    if (logs.has_value())
        std::erase_if(*logs, [&](const Log& log) { return log.colony != colony; });
    co_return logs;
}

asio::awaitable<Result<std::vector<Log>>> search_logs(Caller member, std::string colony, std::string text,
                                                      std::int64_t days, std::int64_t count)
{
    return ask_list<Log>(
        std::move(member), "searchlogsmsg",
        {{"colonyname", std::move(colony)}, {"text", std::move(text)}, {"days", days}, {"count", count}});
}

} // namespace forager::colonies
