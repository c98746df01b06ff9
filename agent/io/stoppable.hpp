// Long work on the pool that looks at a flag now and then: a cancellation of the caller sets it.
#pragma once

#include "io/pool.hpp"
#include "ports/cancellation.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <atomic>
#include <type_traits>

namespace forager {

namespace detail {

class CancelFlag {
public:
    explicit CancelFlag(boost::asio::cancellation_state state) : slot_{state.slot()}
    {
        if (slot_.is_connected())
            slot_.assign([this](boost::asio::cancellation_type) { stop_ = true; });
    }
    CancelFlag(const CancelFlag&) = delete;
    CancelFlag& operator=(const CancelFlag&) = delete;
    ~CancelFlag()
    {
        if (slot_.is_connected())
            slot_.clear();
    }

    const std::atomic<bool>& stop() const { return stop_; }

private:
    boost::asio::cancellation_slot slot_;
    std::atomic<bool> stop_ = false;
};

} // namespace detail

/// `work` takes the flag, and fails with `cancelled` soon after it was set: that is a cancellation then, not a failure.
template <class Work>
boost::asio::awaitable<std::invoke_result_t<Work&, const std::atomic<bool>&>> stoppable(BlockingPool& pool, Work work)
{
    const boost::asio::cancellation_state state = co_await boost::asio::this_coro::cancellation_state;
    const detail::CancelFlag flag{state};
    auto bound = [&work, &flag] { return work(flag.stop()); };
    auto result = co_await pool.run(bound);
    if (!result && result.error().code == Errc::cancelled)
        throw_cancelled();
    co_return result;
}

} // namespace forager
