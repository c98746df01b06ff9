// Work that hears an alarm instead of its caller: what every limit of time is made of. Used by `within` and
// `with_grace`, on the caller's strand.
#pragma once

#include "ports/apart.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <optional>
#include <utility>

namespace forager::detail {

class Alarm {
public:
    /// What cancels the work.
    virtual boost::asio::cancellation_slot slot() = 0;

    /// Hears of a cancellation of the caller.
    virtual void cancel(boost::asio::cancellation_type type) = 0;

protected:
    Alarm() = default;
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;
    ~Alarm() = default;
};

/// Ends with the work, and throws what it throws.
boost::asio::awaitable<void> under_alarm(Alarm& alarm, boost::asio::awaitable<void> work);

/// The work's value.
template <class T> boost::asio::awaitable<T> under_alarm(Alarm& alarm, boost::asio::awaitable<T> work)
{
    std::optional<T> value;
    co_await under_alarm(alarm, keep(std::move(work), value));
    co_return std::move(*value);
}

} // namespace forager::detail
