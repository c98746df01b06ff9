// What work writes while it runs, on its way to the logs of the colony's processes: several lines in one call, and
// never waited for by the work; only its outcome waits, until the server has heard the lines. Part of the colony
// source. Facts: Colonies v1.9.12: a process that has ended takes no lines; a message of 1 MiB is taken.
#pragma once

#include "core/retry.hpp"
#include "sources/colony/desk.hpp"
#include "sources/colony/waiting_lines.hpp"

#include <boost/asio/awaitable.hpp>

#include <set>
#include <string>
#include <string_view>

namespace forager::colony {

class ProcessLog {
public:
    explicit ProcessLog(Desk& desk);

    /// One line of a process that this executor holds. See `WaitingLines` for what is too much.
    void add(const std::string& id, std::string_view line);

    /// Sends what there is, again and again. Until it is cancelled.
    boost::asio::awaitable<void> run();

    /// Sends all that a process has written, before its end is told. Failures: why the server has not heard all of it;
    /// what is left stays for another time. A server that answers and takes a line at no time is told without.
    boost::asio::awaitable<Result<void>> flush(std::string id);

private:
    void settle(const std::string& id, const Result<void>& sent);
    void give_up(const std::string& id, const Failure& refused);
    boost::asio::awaitable<bool> send_all();
    boost::asio::awaitable<Result<void>> last_words(std::string id);
    boost::asio::awaitable<Result<void>> send(std::string id);
    boost::asio::awaitable<Result<void>> tell(std::string id, std::string text);
    boost::asio::awaitable<void> count_refusal(std::string id, Failure refused);

    Desk& desk_;
    WaitingLines waiting_;
    std::set<std::string, std::less<>> sending_; // one call for each process at a time keeps the order
    Event written_;
    Event answered_; // what was being sent
    Backoff backoff_;
};

} // namespace forager::colony
