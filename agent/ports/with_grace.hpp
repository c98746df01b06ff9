// Work that is better finished than cut off: a cancellation of its caller leaves it some time. Used by whoever asks a
// peer for something that he must be able to take back.
#pragma once

#include "ports/clock.hpp"
#include "ports/within.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace forager {

namespace detail {

/// Passes a cancellation on when the time of grace is over.
class GraceAlarm final : public Timer {
public:
    GraceAlarm(Clock& clock, Duration grace) : clock_{clock}, grace_{grace} {}
    GraceAlarm(const GraceAlarm&) = delete;
    GraceAlarm& operator=(const GraceAlarm&) = delete;
    ~GraceAlarm() { clock_.disarm(*this); }

    boost::asio::cancellation_slot slot() { return signal_.slot(); }
    void cancel() { clock_.arm(*this, clock_.now() + grace_); }
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
    namespace asio = boost::asio;
    const auto executor = co_await asio::this_coro::executor;
    const auto state = co_await asio::this_coro::cancellation_state;
    detail::GraceAlarm alarm{clock, grace};
    std::optional<T> value;
    std::exception_ptr thrown;
    auto caller = state.slot();
    if (caller.is_connected()) // else nobody can cancel the caller
        caller.assign([&alarm](asio::cancellation_type) { alarm.cancel(); });
    try {
        co_await asio::co_spawn(executor, detail::keep(std::move(work), value),
                                asio::bind_cancellation_slot(alarm.slot(), asio::use_awaitable));
    } catch (...) {
        thrown = std::current_exception();
    }
    if (caller.is_connected())
        caller.clear();
    if (thrown)
        std::rethrow_exception(thrown);
    co_return std::move(*value);
}

} // namespace forager
