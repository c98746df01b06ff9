// A time limit around any piece of awaitable work. Used by whoever has a deadline to keep; runs on the caller's strand.
#pragma once

#include "core/failure.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <utility>

namespace forager {

namespace detail {

/// Runs `work` and cancels it at `deadline`; returns when it is gone. What `work` throws is thrown on, except the
/// `operation_aborted` by which it answers the deadline.
boost::asio::awaitable<void> until(Clock& clock, TimePoint deadline, boost::asio::awaitable<void> work);

template <class T>
boost::asio::awaitable<void> keep(std::optional<Result<T>>& kept, boost::asio::awaitable<Result<T>> work)
{
    auto result = co_await std::move(work);
    kept.emplace(std::move(result));
}

} // namespace detail

/// The result of `work`, or the failure timed_out with the sentence `late` when it has none at `deadline`. It returns
/// only when the cancelled work is gone; work that completes all the same keeps its result. Without a deadline it waits
/// as long as the work does. Throws `operation_aborted` when the caller is cancelled, never as a timeout.
template <class T>
boost::asio::awaitable<Result<T>> within(Clock& clock, std::optional<TimePoint> deadline,
                                         boost::asio::awaitable<Result<T>> work,
                                         std::string late = "the time limit passed")
{
    std::optional<Result<T>> kept;
    auto kept_work = detail::keep(kept, std::move(work));
    if (deadline)
        co_await detail::until(clock, *deadline, std::move(kept_work));
    else
        co_await std::move(kept_work);
    if (!kept)
        co_return Failure{Errc::timed_out, std::move(late)};
    co_return std::move(*kept);
}

} // namespace forager
