// Time and chance enter the program here, so that all of it can run under a virtual clock and a seed.
#pragma once

#include "base/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace forager {

/// One alarm. It belongs to whoever arms it, and must be disarmed before it is destroyed.
class Timer {
public:
    /// Called on the strand, disarmed already.
    virtual void fire() = 0;

    bool armed() const { return slot_ != unarmed; }

protected:
    Timer() = default;
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    ~Timer() = default;

private:
    friend class TimerHeap;
    static constexpr std::size_t unarmed = ~std::size_t{0};
    std::size_t slot_ = unarmed;
};

class Clock {
public:
    virtual ~Clock() = default;
    virtual TimePoint now() const = 0;
    virtual WallTime wall() const = 0;

    /// Names the time since the machine was started: points of `now` count in it, in other programs too.
    virtual std::string boot() const = 0;

    /// Fires once at `when`, or at the next turn of the loop when that has passed. An armed timer is moved.
    virtual void arm(Timer& timer, TimePoint when) = 0;
    virtual void disarm(Timer& timer) noexcept = 0;
};

/// Waits; throws `operation_aborted` when it is cancelled.
boost::asio::awaitable<void> sleep_until(Clock& clock, TimePoint when);
boost::asio::awaitable<void> sleep_for(Clock& clock, Duration duration);

class Random {
public:
    virtual ~Random() = default;
    virtual std::uint64_t next() = 0;
};

} // namespace forager
