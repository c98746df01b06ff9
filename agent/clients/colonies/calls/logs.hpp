// Calls about logs. NUL characters are taken out of messages, and bytes that are not UTF-8 are replaced. Failures: see
// server.hpp.
#pragma once

#include "clients/colonies/client.hpp"
#include "clients/colonies/types/colony.hpp"

#include <string>
#include <vector>

namespace forager::colonies {

/// For the executor that runs the process. Refusals: not_running, someone_elses.
boost::asio::awaitable<Result<void>> add_log(Caller executor, std::string process, std::string message);

/// For the executor itself, about no process.
boost::asio::awaitable<Result<void>> add_executor_log(Caller executor, std::string colony, std::string name,
                                                      std::string message);

/// Of a process, or else of an executor.
struct LogQuery {
    std::string colony;
    std::string process;
    std::string executor_name;
    std::int64_t count = 500; ///< at most 500
    std::int64_t since = 0;   ///< nanoseconds since 1970; what is later than that
    bool latest = false;      ///< the last `count` ones, not the first

    LogQuery() = default;
};

/// The oldest first. For members.
boost::asio::awaitable<Result<std::vector<Log>>> get_logs(Caller member, LogQuery query);

/// Those of the last `days` (at most 30) that contain the text; at most 100.
boost::asio::awaitable<Result<std::vector<Log>>> search_logs(Caller member, std::string colony, std::string text,
                                                             std::int64_t days, std::int64_t count);

} // namespace forager::colonies
