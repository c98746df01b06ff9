#include "io/beside.hpp"

#include "ports/within.hpp"
#include "world.hpp"

#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

// Stays until it is sent away, and needs a second to leave.
asio::awaitable<void> company(Clock& clock, std::string& story)
{
    story += "came ";
    try {
        co_await sleep_for(clock, 1h);
    } catch (const boost::system::system_error&) {
    }
    co_await asio::this_coro::reset_cancellation_state();
    co_await sleep_for(clock, 1s);
    story += "left ";
}

asio::awaitable<int> work(Clock& clock, std::string& story)
{
    co_await sleep_for(clock, 2s);
    story += "worked ";
    co_return 7;
}

asio::awaitable<int> broken(Clock& clock)
{
    co_await sleep_for(clock, 2s);
    throw std::runtime_error{"broken"};
}

asio::awaitable<void> throwing()
{
    throw std::runtime_error{"bad company"};
    co_return;
}

asio::awaitable<bool> in_time(Clock& clock, std::string& story)
{
    auto both = beside(company(clock, story), work(clock, story));
    const auto value = co_await within(clock, clock.now() + 1s, std::move(both));
    co_return value.has_value();
}

} // namespace

TEST_CASE("company leaves when the work has ended, and is gone then")
{
    World world;
    std::string story;
    CHECK(world.run(beside(company(world.clock, story), work(world.clock, story))) == 7);
    CHECK(story == "came worked left ");
    CHECK(world.clock.now() == TimePoint{3s});
}

TEST_CASE("an error of the work comes through, and one of the company is nobody's business")
{
    World world;
    std::string story;
    CHECK_THROWS_WITH(world.run(beside(company(world.clock, story), broken(world.clock))), "broken");
    CHECK(story == "came left ");
    CHECK(world.run(beside(throwing(), work(world.clock, story))) == 7);
}

TEST_CASE("who is cancelled takes both along")
{
    World world;
    std::string story;
    CHECK_FALSE(world.run(in_time(world.clock, story)));
    CHECK(story == "came left ");
    CHECK(world.clock.now() == TimePoint{2s});
}
