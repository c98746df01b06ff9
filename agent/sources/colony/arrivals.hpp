// A process that the server has lent to this executor becomes an invocation that runs, whichever way it was heard of.
// Part of the colony source.
#pragma once

#include "sources/colony/desk.hpp"

#include <boost/asio/awaitable.hpp>

namespace forager::colony {

/// How a process was heard of.
struct Hearing {
    TimePoint asked;
    TimePoint answered;
    bool fresh = true; ///< it was lent in between; else it was before
};

class Arrivals {
public:
    /// `reporter` hears the outcomes; both must outlive it.
    Arrivals(Desk& desk, Reporter& reporter) : desk_{desk}, reporter_{reporter} {}

    /// Begins it, or has what is known of it already told: finished work is not done again.
    boost::asio::awaitable<void> take(Permit permit, colonies::Process process, Hearing hearing);

    /// One that cannot even be read fails with that.
    boost::asio::awaitable<void> refuse(std::string id, std::string function, Lease lease, Failure failure);

    /// What an agent before this one held and did not tell.
    boost::asio::awaitable<Result<void>> open();

    /// Finds what was lent without this agent hearing of it, and what it held before and still has.
    boost::asio::awaitable<Result<void>> recover();

private:
    boost::asio::awaitable<void> gone(std::string id);
    boost::asio::awaitable<Result<void>> go_on_with(LentWork work);
    boost::asio::awaitable<Result<void>> begin_unheard();
    TimePoint beginning_of(const colonies::Process& process, const Hearing& hearing);
    void begin(Permit permit, Invocation invocation, Held held);
    bool tells_known_outcome(const std::string& id, const Lease& lease);

    Desk& desk_;
    Reporter& reporter_;
    std::vector<LentWork> left_; // of an agent before, not yet looked at
};

} // namespace forager::colony
