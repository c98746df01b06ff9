// Work that is better finished than cut off: a cancellation of its caller leaves it some time. Used by whoever asks a
// peer for something that he must be able to take back.
#pragma once

#include "ports/clock.hpp"
#include "ports/under_alarm.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <utility>

namespace forager {

namespace detail {

/// Passes a cancellation on when the time of grace is over.
class GraceAlarm final : public Timer, public Alarm {
public:
    GraceAlarm(Clock& clock, Duration grace) : clock_{clock}, grace_{grace} {}
    GraceAlarm(const GraceAlarm&) = delete;
    GraceAlarm& operator=(const GraceAlarm&) = delete;
    ~GraceAlarm() { clock_.disarm(*this); }

    boost::asio::cancellation_slot slot() override { return signal_.slot(); }
    void cancel(boost::asio::cancellation_type) override { clock_.arm(*this, clock_.now() + grace_); }
    void fire() override { signal_.emit(boost::asio::cancellation_type::terminal); }

private:
    Clock& clock_;
    Duration grace_;
    boost::asio::cancellation_signal signal_;
};

} // namespace detail

/// The work's value. When the caller is cancelled it is the value all the same if it comes within `grace` of that, and
/// the caller's next wait throws; else this throws `operation_aborted`.
template <class T> boost::asio::awaitable<T> with_grace(Clock& clock, Duration grace, boost::asio::awaitable<T> work)
{
    detail::GraceAlarm alarm{clock, grace};
    T value = co_await detail::under_alarm(alarm, std::move(work));
    co_return value;
}

} // namespace forager
