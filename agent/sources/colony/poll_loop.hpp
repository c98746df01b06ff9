// Asks the colony for work, as long as there is room for it: no permit, no assign. Part of the colony source.
#pragma once

#include "core/retry.hpp"
#include "sources/colony/arrivals.hpp"
#include "sources/colony/enrolment.hpp"
#include "sources/colony/recovery.hpp"
#include "sources/colony/server_time.hpp"

#include <boost/asio/awaitable.hpp>

namespace forager::colony {

class PollLoop {
public:
    /// All must outlive it.
    PollLoop(Desk& desk, Enrolment& enrolment, Arrivals& arrivals, Recovery& recovery);

    /// Enrols, and waits at the server for work. Until it is cancelled.
    boost::asio::awaitable<void> run();

    /// Asks besides, without waiting there, while there is more than one can fetch. Until it is cancelled.
    boost::asio::awaitable<void> help();

private:
    enum class Fetched { nothing, fresh, queued };

    boost::asio::awaitable<Permit> place();
    boost::asio::awaitable<void> enrolled();
    bool is_enrolled() const;
    bool is_sure() const;
    bool has_room() const;
    boost::asio::awaitable<void> room();
    boost::asio::awaitable<Result<Fetched>> fetch(Permit permit, std::chrono::seconds wait);
    boost::asio::awaitable<void> pause_after(const Failure& failure);
    boost::asio::awaitable<Result<void>> enrol_once();
    std::chrono::seconds longest_wait();

    Desk& desk_;
    Enrolment& enrolment_;
    Arrivals& arrivals_;
    Recovery& recovery_;
    ServerTime time_;
    Backoff backoff_;
    Event flowing_; // there was something that had waited: there may be more
    std::string complaint_;
    TimePoint looked_{}; // for what was lent without a word
};

} // namespace forager::colony
