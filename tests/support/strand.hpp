// A loop with the real clock for tests that need the world: runs a coroutine to its end and hands over what came of it.
#pragma once

#include "io/pool.hpp"
#include "io/system_clock.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace forager::test {

/// What became of a coroutine that runs beside the test.
template <class T> struct Started {
    boost::asio::cancellation_signal signal;
    std::optional<T> value;
    std::exception_ptr thrown;

    bool ended() const { return value || thrown; }
    void cancel() { signal.emit(boost::asio::cancellation_type::terminal); }
};

class Strand {
public:
    boost::asio::io_context io{1};
    SystemClock clock{io.get_executor()};
    BlockingPool pool;

    boost::asio::any_io_executor executor() { return io.get_executor(); }

    /// `started` must live until it has ended.
    template <class T> void start(Started<T>& started, boost::asio::awaitable<T> work)
    {
        auto handler = [&started](std::exception_ptr thrown, T value) {
            if (thrown)
                started.thrown = std::move(thrown);
            else
                started.value.emplace(std::move(value));
        };
        boost::asio::co_spawn(io, std::move(work),
                              boost::asio::bind_cancellation_slot(started.signal.slot(), std::move(handler)));
    }

    /// Turns the loop until `done`, and says so if it ran dry before.
    template <class Condition> bool turn_until(Condition done)
    {
        io.restart();
        while (!done())
            if (io.run_one() == 0)
                return false;
        return true;
    }

    /// The value, or the exception that was thrown.
    template <class T> T run(boost::asio::awaitable<T> work)
    {
        Started<T> started;
        start(started, std::move(work));
        turn_until([&started] { return started.ended(); });
        if (started.thrown)
            std::rethrow_exception(started.thrown);
        return std::move(started.value).value();
    }

    void run(boost::asio::awaitable<void> work) { run(with_value(std::move(work))); }

private:
    static boost::asio::awaitable<bool> with_value(boost::asio::awaitable<void> work)
    {
        co_await std::move(work);
        co_return true;
    }
};

} // namespace forager::test
