// A wait until some time that others may cut short: how a source's loop waits for its next work or for news. One
// coroutine waits at a time; lives on the strand.
#pragma once

#include "io/event.hpp"
#include "ports/cancellation.hpp"
#include "ports/clock.hpp"

namespace forager {

class Nap {
public:
    Nap(const boost::asio::any_io_executor& executor, Clock& clock) : clock_{clock}, woken_{executor}, alarm_{woken_} {}
    Nap(const Nap&) = delete;
    Nap& operator=(const Nap&) = delete;
    ~Nap() { clock_.disarm(alarm_); }

    /// Ends the present wait, or the next one at its beginning.
    void wake() { woken_.set(); }

    /// `TimePoint::max()` waits for `wake` alone. Throws `operation_aborted` when it is cancelled.
    boost::asio::awaitable<void> until(TimePoint when)
    {
        if (when != TimePoint::max())
            clock_.arm(alarm_, when);
        co_await woken_.wait();
        clock_.disarm(alarm_);
        if (!woken_.happened())
            throw_cancelled();
        woken_.clear();
    }

private:
    struct Alarm final : Timer {
        explicit Alarm(Event& rung) : rung{rung} {}
        void fire() override { rung.set(); }
        Event& rung;
    };

    Clock& clock_;
    Event woken_;
    Alarm alarm_;
};

} // namespace forager
