#include "sources/reconcile/key_loop.hpp"

#include "io/entropy.hpp"
#include "virtual_clock.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <list>
#include <map>
#include <set>
#include <vector>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using reconcile::Key;

namespace {

Key key(const std::string& name)
{
    return {"", "", "Site", name};
}

class Loop {
public:
    Loop() { spawn(loop.run()); }
    ~Loop()
    {
        for (auto& signal : signals_)
            signal.emit(asio::cancellation_type::all);
        clock.run_until(io, [&] { return running_ == 0; });
    }

    void pass(Duration time) { clock.run_for(io, time); }

    asio::io_context io{1};
    VirtualClock clock;
    SystemRandom random{1};
    std::map<std::string, std::vector<TimePoint>> turns;
    std::set<std::string> inside;
    std::size_t most = 0;
    std::set<std::string> failing;
    std::optional<Duration> again;
    Duration pace = 100ms;
    reconciling::KeyLoop loop{{io.get_executor(), clock, random, [this](Key one) { return turn(std::move(one)); },
                               [this](asio::awaitable<void> work) { spawn(std::move(work)); }, 3}};

private:
    asio::awaitable<Result<std::optional<Duration>>> turn(Key one)
    {
        CHECK(inside.insert(one.name).second); // at most one at a time
        most = std::max(most, inside.size());
        turns[one.name].push_back(clock.now());
        co_await sleep_for(clock, pace);
        inside.erase(one.name);
        if (failing.contains(one.name))
            co_return Failure{Errc::unreachable, "away"};
        co_return again;
    }

    void spawn(asio::awaitable<void> work)
    {
        ++running_;
        asio::co_spawn(io, std::move(work),
                       asio::bind_cancellation_slot(signals_.emplace_back().slot(),
                                                    [this](const std::exception_ptr&) { --running_; }));
    }

    std::list<asio::cancellation_signal> signals_;
    std::size_t running_ = 0;
};

} // namespace

TEST_CASE("however often a key is touched before its turn, it has one")
{
    Loop world;
    for (int i = 0; i < 10; ++i)
        world.loop.touch(key("a"));
    world.pass(1s);
    CHECK(world.turns["a"].size() == 1);
    world.loop.touch(key("a"));
    world.pass(50ms);
    for (int i = 0; i < 10; ++i)
        world.loop.touch(key("a")); // while it runs: once more
    world.pass(1s);
    CHECK(world.turns["a"].size() == 3);
}

TEST_CASE("several keys have their turns at once, but not too many")
{
    Loop world;
    for (int i = 0; i < 20; ++i)
        world.loop.touch(key(std::to_string(i)));
    world.pass(5s);
    CHECK(world.most == 3);
    CHECK(world.turns.size() == 20);
}

TEST_CASE("one that fails is tried again after growing pauses, which a change ends")
{
    Loop world;
    world.failing.insert("a");
    world.loop.touch(key("a"));
    world.pass(10min);
    const std::size_t tries = world.turns["a"].size();
    CHECK(tries > 8);
    CHECK(tries < 60);
    world.loop.touch(key("a")); // an event: the pause stays
    world.pass(150ms);
    CHECK(world.turns["a"].size() <= tries + 1);
    world.failing.clear();
    const std::size_t before = world.turns["a"].size();
    world.loop.touch(key("a"), true);
    world.pass(150ms);
    CHECK(world.turns["a"].size() == before + 1);
}

TEST_CASE("it is looked at again though nothing was heard, and never again when it is forgotten")
{
    Loop world;
    world.again = 10s;
    world.loop.touch(key("a"));
    world.pass(61s);
    CHECK(world.turns["a"].size() == 7);
    world.loop.forget(key("a"));
    world.pass(60s);
    CHECK(world.turns["a"].size() == 7);
}
