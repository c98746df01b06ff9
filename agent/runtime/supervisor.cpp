#include "runtime/supervisor.hpp"

#include "ports/cancellation.hpp"
#include "runtime/pulse_executor.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <iterator>
#include <utility>

namespace forager {

namespace asio = boost::asio;

std::string_view name_of(LoopState state)
{
    switch (state) {
    case LoopState::running: return "running";
    case LoopState::sleeping: return "sleeping";
    case LoopState::ended: return "ended";
    }
    return "unknown";
}

Supervisor::Supervised::Supervised(std::string name, Loop code, RestartPolicy restarts,
                                   const asio::any_io_executor& executor, const Clock& clock)
    : alive{std::make_shared<TimePoint>(clock.now())},
      loop{std::move(code)},
      policy{restarts},
      group{PulseExecutor{executor, clock, alive}}
{
    status.name = std::move(name);
}

Supervisor::Supervisor(asio::any_io_executor executor, Clock& clock, Random& random)
    : executor_{std::move(executor)}, clock_{clock}, random_{random}
{
}

void Supervisor::start(std::string name, Loop loop, RestartPolicy policy)
{
    if (stopped_)
        return;
    Supervised& one = loops_.emplace_back(std::move(name), std::move(loop), policy, executor_, clock_);
    enter(one, LoopState::running);
    one.group.spawn(one.status.name, supervise(one));
}

std::vector<LoopStatus> Supervisor::list() const
{
    std::vector<LoopStatus> statuses;
    for (const Supervised& one : loops_) {
        statuses.push_back(one.status);
        statuses.back().alive = *one.alive;
    }
    return statuses;
}

bool Supervisor::report(std::string_view name, const std::string& error)
{
    bool news = false;
    for (Supervised& one : loops_)
        if (one.status.name == name)
            news = std::exchange(one.status.last_error, error) != error || news;
    return news;
}

asio::awaitable<void> Supervisor::end(std::string name)
{
    for (auto one = loops_.begin(); one != loops_.end();) {
        const auto next = std::next(one);
        if (one->status.name == name) {
            one->ending = true;
            one->group.cancel();
            co_await one->group.emptied();
            loops_.erase(one);
        }
        one = next;
    }
}

asio::awaitable<void> Supervisor::stop()
{
    stopped_ = true;
    // Half a shutdown is none: what was begun goes on to its end.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    for (auto one = loops_.rbegin(); one != loops_.rend(); ++one) {
        one->group.cancel();
        co_await one->group.emptied();
        enter(*one, LoopState::ended);
    }
    co_await asio::this_coro::reset_cancellation_state();
}

asio::awaitable<void> Supervisor::supervise(Supervised& one)
{
    Backoff backoff{one.policy.shortest, one.policy.longest};
    for (;;) {
        const TimePoint begun = clock_.now();
        const bool returned = co_await run_once(one);
        if (stopped_ || one.ending || (returned && !one.policy.after_return))
            break;
        if (clock_.now() - begun >= one.policy.healthy)
            backoff.reset();
        one.status.back_off = backoff.next(random_.next());
        enter(one, LoopState::sleeping);
        co_await sleep_for(clock_, one.status.back_off);
        one.status.back_off = {};
        ++one.status.restarts;
        enter(one, LoopState::running);
    }
    enter(one, LoopState::ended);
}

// Whether it returned by itself; else the error is kept.
asio::awaitable<bool> Supervisor::run_once(Supervised& one)
{
    try {
        co_await one.loop();
        co_return true;
    } catch (const std::exception& error) {
        if ((stopped_ || one.ending) && is_cancellation(error))
            throw;
        one.status.last_error = error.what();
    } catch (...) {
        one.status.last_error = "it threw something unknown";
    }
    co_return false;
}

void Supervisor::enter(Supervised& one, LoopState state) const
{
    one.status.state = state;
    one.status.since = clock_.now();
}

} // namespace forager
