#include "io/system_clock.hpp"
#include "io/within.hpp"
#include "run.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <doctest/doctest.h>

using namespace forager;
using forager::test::run;
namespace asio = boost::asio;

namespace {

constexpr Duration far_off = std::chrono::hours{1};

struct Loop {
    asio::io_context context{1};
    SystemClock clock{context.get_executor()};
};

asio::awaitable<Result<int>> at_once(int value)
{
    co_return value;
}

asio::awaitable<Result<int>> refused()
{
    co_return Failure{Errc::refused, "no"};
}

asio::awaitable<Result<int>> throwing()
{
    throw std::logic_error{"a bug"};
    co_return 0;
}

asio::awaitable<Result<int>> waiting(Clock& clock, bool& gone)
{
    struct Leaving {
        bool& gone;
        ~Leaving() { gone = true; }
    } leaving{gone};
    co_await sleep_for(clock, far_off);
    co_return 1;
}

asio::awaitable<Result<int>> stubborn(Clock& clock)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    try {
        co_await sleep_for(clock, far_off);
    } catch (const boost::system::system_error&) {
    }
    co_return 7;
}

bool is_aborted(Loop& loop, asio::awaitable<Result<int>> work)
{
    asio::cancellation_signal signal;
    std::exception_ptr thrown;
    asio::co_spawn(loop.context, std::move(work),
                   asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error, Result<int>) {
                       thrown = error;
                       loop.context.stop();
                   }));
    loop.context.restart();
    loop.context.poll();
    signal.emit(asio::cancellation_type::terminal);
    loop.context.run();
    try {
        if (thrown)
            std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
        return error.code() == asio::error::operation_aborted;
    }
    return false;
}

} // namespace

TEST_CASE("work that ends in time keeps its result")
{
    Loop loop;
    CHECK(run(loop.context, within(loop.clock, loop.clock.now() + far_off, at_once(3))).value() == 3);
    CHECK(run(loop.context, within(loop.clock, std::nullopt, at_once(4))).value() == 4);
}

TEST_CASE("work that fails in time keeps its own failure, and its exception")
{
    Loop loop;
    const auto failed = run(loop.context, within(loop.clock, loop.clock.now() + far_off, refused()));
    CHECK(failed.error().code == Errc::refused);
    CHECK_THROWS_AS(run(loop.context, within(loop.clock, loop.clock.now() + far_off, throwing())), std::logic_error);
}

TEST_CASE("work that is late is cancelled, gone, and reported as timed out in the given words")
{
    Loop loop;
    bool gone = false;
    const auto late = run(loop.context, within(loop.clock, loop.clock.now(), waiting(loop.clock, gone), "too slow"));
    REQUIRE(late.has_error());
    CHECK(late.error().code == Errc::timed_out);
    CHECK(late.error().message == "too slow");
    CHECK(gone);
}

TEST_CASE("work that completes in spite of the deadline keeps its result")
{
    Loop loop;
    CHECK(run(loop.context, within(loop.clock, loop.clock.now(), stubborn(loop.clock))).value() == 7);
}

TEST_CASE("a cancelled caller hears of the cancellation, not of a timeout")
{
    Loop loop;
    bool gone = false;
    CHECK(is_aborted(loop, within(loop.clock, loop.clock.now() + far_off, waiting(loop.clock, gone))));
    CHECK(gone);
    CHECK(is_aborted(loop, within(loop.clock, std::nullopt, waiting(loop.clock, gone))));
}
