#include "io/virtual_clock.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <algorithm>
#include <chrono>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds longest_wait{100}; // other threads post to the loop, which ends it at once
constexpr int enough_quiet = 10; // of these: what commands have left behind is still looked for when they have ended

} // namespace

void VirtualClock::run(asio::io_context& io, const std::function<void()>& stuck)
{
    const auto open = asio::make_work_guard(io); // an armed timer is no work that the loop knows of
    int quiet = 0;
    while (!io.stopped()) {
        if (io.poll() > 0)
            continue;
        if (real_ > 0) {
            pass_real_time(io);
        } else if (!fire_next()) {
            quiet = io.run_one_for(longest_wait) > 0 ? 0 : quiet + 1;
            if (quiet == enough_quiet)
                stuck();
        }
    }
}

bool VirtualClock::fire_next()
{
    const auto next = heap_.next();
    if (!next)
        return false;
    now_ = std::max(now_, *next);
    heap_.take_due(now_)->fire();
    return true;
}

void VirtualClock::pass_real_time(asio::io_context& io)
{
    const auto begin = std::chrono::steady_clock::now();
    const auto next = heap_.next();
    const Duration until_next = next ? std::max(*next - now_, Duration{}) : Duration{longest_wait};
    io.run_one_for(std::min(until_next, Duration{longest_wait}));
    now_ += std::chrono::steady_clock::now() - begin;
    while (Timer* timer = heap_.take_due(now_))
        timer->fire();
}

} // namespace forager
