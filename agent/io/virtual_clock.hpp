// A clock whose time stands still while anything can run, and jumps to the next timer when nothing can: what takes a
// week takes no time. Drives the loop itself. Lives on the strand, and must outlive every timer armed with it.
#pragma once

#include "ports/clock.hpp"
#include "ports/timer_heap.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <utility>

namespace forager {

class VirtualClock final : public Clock {
public:
    /// The calendar begins at `wall`.
    explicit VirtualClock(WallTime wall) : wall_at_zero_{wall} {}
    VirtualClock(const VirtualClock&) = delete;
    VirtualClock& operator=(const VirtualClock&) = delete;

    TimePoint now() const override { return now_; }
    WallTime wall() const override { return wall_at_zero_ + now_.time_since_epoch(); }
    std::string boot() const override { return "virtual"; }
    void arm(Timer& timer, TimePoint when) override { heap_.arm(timer, when); }
    void disarm(Timer& timer) noexcept override { heap_.disarm(timer); }

    /// Something of the real world is under way: as long as this lives, time goes by as the machine's does.
    class Real {
    public:
        explicit Real(VirtualClock& clock) : clock_{&clock} { ++clock.real_; }
        Real(Real&& other) noexcept : clock_{std::exchange(other.clock_, nullptr)} {}
        Real& operator=(Real&&) = delete;
        ~Real()
        {
            if (clock_ != nullptr)
                --clock_->real_;
        }

    private:
        VirtualClock* clock_;
    };

    /// Runs the loop until somebody stops it. `stuck` hears once that nothing can ever run again by itself.
    void run(boost::asio::io_context& io, const std::function<void()>& stuck);

private:
    bool fire_next();
    void pass_real_time(boost::asio::io_context& io);

    TimerHeap heap_;
    TimePoint now_{};
    WallTime wall_at_zero_;
    std::size_t real_ = 0;
};

} // namespace forager
