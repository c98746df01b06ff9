// A time limit for any work that waits, under whatever clock there is. Used by whoever has a deadline to keep, on the
// caller's strand.
#pragma once

#include "core/failure.hpp"
#include "ports/cancellation.hpp"
#include "ports/clock.hpp"
#include "ports/under_alarm.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace forager {

namespace detail {

/// Cancels the work when its time is over or its owner is cancelled, and knows which it was.
class LimitAlarm final : public Timer, public Alarm {
public:
    LimitAlarm(Clock& clock, TimePoint when) : clock_{clock} { clock_.arm(*this, when); }
    LimitAlarm(const LimitAlarm&) = delete;
    LimitAlarm& operator=(const LimitAlarm&) = delete;
    ~LimitAlarm() { clock_.disarm(*this); }

    boost::asio::cancellation_slot slot() override { return signal_.slot(); }

    void fire() override
    {
        expired_ = !cancelled_;
        signal_.emit(boost::asio::cancellation_type::terminal);
    }

    void cancel(boost::asio::cancellation_type type) override
    {
        cancelled_ = !expired_;
        signal_.emit(type);
    }

    bool expired() const { return expired_; }

private:
    Clock& clock_;
    boost::asio::cancellation_signal signal_;
    bool expired_ = false;
    bool cancelled_ = false;
};

inline boost::asio::awaitable<bool> then_true(boost::asio::awaitable<void> work)
{
    co_await std::move(work);
    co_return true;
}

} // namespace detail

/// The work's value, or nothing when it had not ended at `deadline`. It is cancelled then, and in both cases it is gone
/// before this returns; what it gives after that is dropped. Whatever else it throws comes through; so does a
/// cancellation of the caller.
template <class T>
boost::asio::awaitable<std::optional<T>> within(Clock& clock, TimePoint deadline, boost::asio::awaitable<T> work)
{
    detail::LimitAlarm alarm{clock, deadline};
    std::optional<T> value;
    try {
        T given = co_await detail::under_alarm(alarm, std::move(work));
        value.emplace(std::move(given));
    } catch (...) {
        if (!alarm.expired() || !is_cancellation(std::current_exception()))
            throw;
    }
    if (alarm.expired())
        value.reset();
    co_return value;
}

/// The same with a failure, timed_out in the words of `late`, instead of nothing. Without a deadline it waits as long
/// as the work does.
template <class T>
boost::asio::awaitable<Result<T>> within(Clock& clock, std::optional<TimePoint> deadline,
                                         boost::asio::awaitable<Result<T>> work, std::string late)
{
    if (!deadline) {
        Result<T> result = co_await std::move(work);
        co_return result;
    }
    std::optional<Result<T>> result = co_await within(clock, *deadline, std::move(work));
    if (!result)
        co_return Failure{Errc::timed_out, std::move(late)};
    co_return std::move(*result);
}

/// For work without a value: whether it ended in time.
inline boost::asio::awaitable<bool> within(Clock& clock, TimePoint deadline, boost::asio::awaitable<void> work)
{
    const std::optional<bool> ended = co_await within(clock, deadline, detail::then_true(std::move(work)));
    co_return ended.has_value();
}

} // namespace forager
