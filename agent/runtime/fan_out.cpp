#include "runtime/fan_out.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace forager {

namespace asio = boost::asio;

FanOut::FanOut(Scheduler& scheduler, Observer& observer, Make make, std::size_t count, Registry::EntryPtr known)
    : scheduler_{scheduler},
      observer_{observer},
      make_{std::move(make)},
      known_{std::move(known)},
      results_(count),
      group_{scheduler.executor()}
{
}

asio::awaitable<Outcome> FanOut::run(std::size_t concurrency)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    const std::size_t workers = std::min(results_.size(), std::max<std::size_t>(1, concurrency));
    for (std::size_t i = 0; i < workers; ++i)
        group_.spawn("item", work());
    co_await group_.join();
    if (failure_)
        co_return std::move(*failure_);
    Outputs outputs;
    outputs.emplace_back(std::move(results_));
    co_return outputs;
}

asio::awaitable<void> FanOut::work()
{
    while (next_ < results_.size() && !group_.cancelled()) {
        const std::size_t index = next_++;
        auto work = recording_ == nullptr ? call(index) : call_recorded(index);
        Outcome outcome = co_await std::move(work);
        if (outcome)
            results_[index] = as_one(std::move(*outcome));
        else
            fail(index, std::move(outcome).error());
    }
}

void FanOut::record(Recording& recording, std::string key)
{
    recording_ = &recording;
    key_ = std::move(key);
}

asio::awaitable<Outcome> FanOut::call_recorded(std::size_t index)
{
    const std::string key = key_ + " item " + std::to_string(index + 1);
    if (const Outcome* known = recording_->find(key))
        co_return *known;
    Outcome outcome = co_await call(index);
    const Outcome copy = outcome;
    const auto kept = co_await recording_->keep(key, copy);
    if (!kept)
        co_return kept.error();
    co_return outcome;
}

asio::awaitable<Outcome> FanOut::call(std::size_t index)
{
    Result<Invocation> invocation = make_(index);
    if (!invocation)
        co_return invocation.error();
    Outcome outcome = co_await scheduler_.call(std::move(*invocation), observer_, known_);
    co_return outcome;
}

void FanOut::fail(std::size_t index, Failure failure)
{
    if (failure_)
        return;
    failure.message = "item " + std::to_string(index + 1) + ": " + failure.message;
    failure_ = std::move(failure);
    group_.cancel();
}

} // namespace forager
