// The machine's own time behind `Clock`: one Asio timer for all that is armed. Built once by the composition root,
// lives on the strand, and must outlive every timer armed with it.
#pragma once

#include "ports/clock.hpp"
#include "ports/timer_heap.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>

namespace forager {

class SystemClock final : public Clock {
public:
    explicit SystemClock(const boost::asio::any_io_executor& executor);
    SystemClock(const SystemClock&) = delete;
    SystemClock& operator=(const SystemClock&) = delete;

    TimePoint now() const override;
    WallTime wall() const override;
    std::string boot() const override { return boot_; }
    void arm(Timer& timer, TimePoint when) override;
    void disarm(Timer& timer) noexcept override;

private:
    void schedule();
    void fire_due();

    std::string boot_;
    TimerHeap heap_;
    boost::asio::steady_timer timer_;
    std::optional<TimePoint> scheduled_;
    std::shared_ptr<SystemClock*> self_; // a wait that has ended may still be in the loop's queue when this goes
};

} // namespace forager
