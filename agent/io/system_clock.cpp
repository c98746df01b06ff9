#include "io/system_clock.hpp"

#include <algorithm>
#include <fstream>

namespace forager {

namespace {

std::string boot_id()
{
    std::string id;
    std::ifstream{"/proc/sys/kernel/random/boot_id"} >> id;
    return id;
}

} // namespace

SystemClock::SystemClock(const boost::asio::any_io_executor& executor)
    : boot_{boot_id()}, timer_{executor}, self_{std::make_shared<SystemClock*>(this)}
{
}

TimePoint SystemClock::now() const
{
    return std::chrono::steady_clock::now();
}

WallTime SystemClock::wall() const
{
    return std::chrono::system_clock::now();
}

void SystemClock::arm(Timer& timer, TimePoint when)
{
    // Never before now: a timer that arms itself again for the past would always be first and starve the others.
    heap_.arm(timer, std::max(when, now()));
    schedule();
}

void SystemClock::disarm(Timer& timer) noexcept
{
    heap_.disarm(timer);
    if (!heap_.empty() || !scheduled_)
        return;
    // A wait for nobody would keep the loop from running dry.
    scheduled_.reset();
    timer_.cancel();
}

void SystemClock::schedule()
{
    const std::optional<TimePoint> next = heap_.next();
    if (!next || (scheduled_ && *scheduled_ <= *next))
        return;
    scheduled_ = next;
    timer_.expires_at(*next);
    timer_.async_wait([weak = std::weak_ptr{self_}](boost::system::error_code error) {
        const auto self = weak.lock();
        if (self && !error)
            (*self)->fire_due();
    });
}

void SystemClock::fire_due()
{
    scheduled_.reset();
    const TimePoint present = now();
    while (Timer* timer = heap_.take_due(present))
        timer->fire();
    schedule();
}

} // namespace forager
