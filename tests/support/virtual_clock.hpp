// A clock for tests: time stands still while anything can run, and jumps to the next timer when nothing can.
#pragma once

#include "ports/clock.hpp"
#include "ports/timer_heap.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

namespace forager::test {

class VirtualClock final : public Clock {
public:
    TimePoint now() const override { return now_; }
    WallTime wall() const override { return wall_at_zero_ + now_.time_since_epoch(); }
    std::string boot() const override { return boot_; }
    void arm(Timer& timer, TimePoint when) override { heap_.arm(timer, when); }
    void disarm(Timer& timer) noexcept override { heap_.disarm(timer); }

    /// Sets the calendar's clock, as a person or the network does; the monotonic one goes on as it was.
    void set_wall(WallTime wall) { wall_at_zero_ = wall - now_.time_since_epoch(); }

    /// Time that goes by while one thing runs.
    void spend(Duration duration) { now_ += duration; }

    /// The machine was started again: what was measured before counts no more.
    void set_boot(std::string boot) { boot_ = std::move(boot); }

    /// Where something comes from outside of the loop, over a socket say: so long (of the world's time) nothing must
    /// have come before time goes on.
    void be_patient(std::chrono::milliseconds patience) { patience_ = patience; }

    /// Runs one thing that can run, or else lets the next timer come.
    void turn(boost::asio::io_context& io)
    {
        io.restart();
        if (io.poll_one() == 0)
            (void)fire_one(TimePoint::max());
    }

    /// Drives the loop until `done()`. Throws when nothing is left that could make it true.
    template <class Done> void run_until(boost::asio::io_context& io, Done done)
    {
        while (!done()) {
            io.restart();
            if (io.poll() > 0 || comes_late(io) || fire_one(TimePoint::max()))
                continue;
            // Only a thread of the pool can still bring work; the limit is for broken tests alone.
            if (io.stopped() || io.run_one_for(std::chrono::seconds{20}) == 0)
                throw std::logic_error{"the loop waits for something that never comes"};
        }
    }

    /// Drives the loop until nothing is left that could run.
    void run(boost::asio::io_context& io)
    {
        run_until(io, [&] { return io.stopped(); });
    }

    /// Drives the loop through so much of its time.
    void run_for(boost::asio::io_context& io, Duration duration)
    {
        const TimePoint end = now_ + duration;
        do {
            io.restart();
            while (io.poll() > 0 || comes_late(io)) {
            }
        } while (fire_one(end));
        now_ = end;
    }

private:
    bool comes_late(boost::asio::io_context& io) const
    {
        return patience_.count() > 0 && io.run_one_for(patience_) > 0;
    }

    bool fire_one(TimePoint latest)
    {
        const auto next = heap_.next();
        if (!next || *next > latest)
            return false;
        now_ = std::max(now_, *next);
        heap_.take_due(now_)->fire();
        return true;
    }

    TimerHeap heap_;
    std::chrono::milliseconds patience_{};
    std::string boot_ = "virtual";
    TimePoint now_{};
    WallTime wall_at_zero_{std::chrono::hours{24 * 20'000}};
};

} // namespace forager::test
