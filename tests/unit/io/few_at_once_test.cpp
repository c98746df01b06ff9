#include "io/few_at_once.hpp"

#include "http_world.hpp"
#include "io/nap.hpp"
#include "io/system_clock.hpp"
#include "run.hpp"

#include <doctest/doctest.h>

#include <set>
#include <stdexcept>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

struct Pieces {
    explicit Pieces(Clock& clock) : clock{clock} {}

    asio::awaitable<bool> piece(std::size_t index)
    {
        most = std::max(most, ++now);
        begun.insert(index);
        const Counted one_less{gone};
        co_await sleep_for(clock, 1ms);
        --now;
        if (index == throws)
            throw std::runtime_error{"this one"};
        co_return index != stops;
    }

    asio::awaitable<bool> all(std::size_t width, std::size_t count)
    {
        co_await few_at_once(width, count, [this](std::size_t index) { return piece(index); });
        co_return true;
    }

    // Up while it lives.
    struct Counted {
        explicit Counted(int& living) : count{living} { ++living; }
        Counted(const Counted&) = delete;
        Counted& operator=(const Counted&) = delete;
        ~Counted() { --count; }
        int& count;
    };

    Clock& clock;
    std::set<std::size_t> begun;
    std::size_t now = 0;
    std::size_t most = 0;
    std::size_t stops = 1000;
    std::size_t throws = 1000;
    int gone = 0; ///< of those that live
};

struct Loop {
    asio::io_context context{1};
    SystemClock clock{context.get_executor()};
    Pieces pieces{clock};
};

} // namespace

TEST_CASE("all pieces are done, so many at a time and no more")
{
    Loop loop;
    CHECK(run(loop.context, loop.pieces.all(3, 10)));
    CHECK(loop.pieces.begun.size() == 10);
    CHECK(loop.pieces.most == 3);
}

TEST_CASE("nothing to do is done at once")
{
    Loop loop;
    CHECK(run(loop.context, loop.pieces.all(3, 0)));
}

TEST_CASE("a piece may say that no more are to be begun; those under way end")
{
    Loop loop;
    loop.pieces.stops = 0;
    CHECK(run(loop.context, loop.pieces.all(3, 100)));
    CHECK(loop.pieces.begun.size() <= 5);
    CHECK(loop.pieces.now == 0);
}

TEST_CASE("what a piece throws comes when the others are gone")
{
    Loop loop;
    loop.pieces.throws = 1;
    CHECK_THROWS_AS(run(loop.context, loop.pieces.all(3, 100)), std::runtime_error);
    CHECK(loop.pieces.gone == 0);
    CHECK(loop.pieces.begun.size() < 10);
}

TEST_CASE("a cancellation reaches all that are under way")
{
    Loop loop;
    const auto begun = [&] { return loop.pieces.begun.size() >= 3; };
    CHECK(is_cancelled_after(loop.context, loop.pieces.all(3, 100'000), begun));
    CHECK(loop.pieces.gone == 0);
}
