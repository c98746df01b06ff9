// A process that the server has lent to this executor becomes an invocation that runs, whichever way it was heard of.
// Part of the colony source.
#pragma once

#include "sources/colony/desk.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace forager::colony {

/// When a call was sent and its answer was there.
struct Asked {
    TimePoint asked;
    TimePoint answered;
};

class Arrivals {
public:
    /// `reporter` hears the outcomes; both must outlive it.
    Arrivals(Desk& desk, Reporter& reporter) : desk_{desk}, reporter_{reporter} {}

    /// Begins it, or has what is known of it already told: finished work is not done again.
    boost::asio::awaitable<void> take(Permit permit, colonies::Process process, Asked when);

    /// One that cannot even be read fails with that.
    boost::asio::awaitable<void> refuse(std::string id, std::string function, Lease lease, Failure failure);

    /// What an agent before this one held and did not tell.
    boost::asio::awaitable<Result<void>> open();

    /// Finds what was lent without this agent hearing of it, and what it held before and still has.
    boost::asio::awaitable<Result<void>> recover();

private:
    boost::asio::awaitable<void> take(Permit permit, colonies::Process process, Held held);
    bool is_old(const std::string& id, const Lease& lease);
    boost::asio::awaitable<bool> is_told(std::string id, Lease lease);
    boost::asio::awaitable<Result<void>> go_on_with(LentWork work);
    boost::asio::awaitable<void> end_lost(std::string id);
    boost::asio::awaitable<Result<void>> begin_unheard();
    boost::asio::awaitable<void> begin_unheard(colonies::Process process);
    bool has_heard(const colonies::Process& process) const;
    void begin(Permit permit, Invocation invocation, Held held);

    Desk& desk_;
    Reporter& reporter_;
    std::vector<LentWork> left_; // of an agent before, not yet looked at
    std::map<std::string, std::int64_t>
        heard_{};          // lent since the server was asked for what it lent: the retries of each
    bool looking_ = false; // for that
    std::map<std::string, std::int64_t> arriving_{}; // being begun: the retries of each
};

} // namespace forager::colony
