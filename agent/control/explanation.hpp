// Why an invocation is in the state that it is in, in sentences for people.
#pragma once

#include "ports/records.hpp"
#include "store/log_table.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager::control {

/// What else bears on it.
struct Situation {
    bool paused = false;     ///< the queue begins nothing
    std::size_t running = 0; ///< invocations that run
    WallTime now;
    std::string trouble;            ///< why the state file takes nothing; empty: it does
    std::string key_holder;         ///< who of its order key runs or goes next; empty: nobody
    std::size_t function_limit = 0; ///< so many of its function run, and no more may; 0: there is room
};

/// Some lines, the reason first.
std::string explanation(const Record& record, const Situation& situation);

/// What its log says of commands that went on without the agent, a line each; it stays when the run has ended.
boost::asio::awaitable<std::string> adoptions_in(store::LogTable& logs, std::string id);

} // namespace forager::control
