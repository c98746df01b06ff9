#include "app/app.hpp"

#include "processes.hpp"
#include "recording_observer.hpp"
#include "result_text.hpp"
#include "temp_folder.hpp"
#include "virtual_clock.hpp"
#include "world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <doctest/doctest.h>

#include <csignal>
#include <future>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

// Before any thread is started: the watchdog alone hears signals.
[[maybe_unused]] const bool signals_blocked = (block_watched_signals(), true);

struct Running {
    explicit Running(AppConfig config = {}) : app{std::move(config), observer} {}

    std::shared_ptr<scripting::Script> script(const std::string& text)
    {
        auto script = app.script(folder.write("script.lua", text), scripting::Script::Mode::run);
        REQUIRE(script->load());
        return script;
    }

    Ending run(const std::string& text)
    {
        const auto loaded = script(text);
        return app.execute(loaded->run_main(invocation, observer));
    }

    TempFolder folder;
    test::VirtualClock unused; // the observer wants one for its trace
    RecordingObserver observer{unused};
    Invocation invocation;
    App app;
};

AppConfig limited(Duration limit)
{
    AppConfig config;
    config.time_limit = limit;
    return config;
}

asio::awaitable<Outcome> throwing()
{
    throw std::runtime_error{"a bug"};
    co_return Outputs{};
}

asio::awaitable<bool> held(BlockingPool& pool, std::shared_future<void> released)
{
    co_return co_await pool.run([released] {
        released.wait();
        return true;
    });
}

asio::awaitable<Outcome> echoed(ProcessRunner& processes, std::promise<void>& release)
{
    Command command;
    command.argv = {"echo", "here"};
    auto done = co_await processes.run(std::move(command));
    release.set_value();
    if (!done)
        co_return done.error();
    co_return Outputs{Value{done->out}};
}

} // namespace

TEST_CASE("an app calls a built-in function and gives its value")
{
    Running running;
    const Ending ending = running.app.execute(running.app.scheduler().call(calling("echo.echo", {Value{7}})));
    CHECK(as_one(ending.outcome.value()) == Value{7});
    CHECK_FALSE(ending.stopped);
    CHECK(running.observer.heard("echo.echo succeeded"));
}

TEST_CASE("an exception of the work is a failure of the work")
{
    Running running;
    CHECK(running.app.execute(throwing()).outcome.error().message.find("a bug") != std::string::npos);
}

TEST_CASE("one app runs one work after another")
{
    Running running;
    CHECK(as_one(running.run("return 1").outcome.value()) == Value{1});
    CHECK(as_one(running.run("return require('forager').call('echo.echo', 2)").outcome.value()) == Value{2});
}

TEST_CASE("what the work started is gone when it has ended")
{
    Running running;
    const std::string hour = own_hour();
    CHECK(running.run("require('forager').sh 'setsid sleep " + hour + " &'").outcome);
    CHECK(processes_with(hour) == 0);
}

TEST_CASE("the time limit ends what the work started")
{
    const std::string hour = own_hour();
    Running running{limited(50ms)};
    const Ending ending = running.run("require('forager').sh 'sleep " + hour + "'");
    CHECK(ending.stopped == Watchdog::Stop{});
    CHECK(ending.outcome.error().code == Errc::timed_out);
    CHECK(processes_with(hour) == 0);
}

TEST_CASE("the time limit ends computing that never waits")
{
    Running running{limited(50ms)};
    const Ending ending = running.run("while true do pcall(function() while true do end end) end");
    CHECK(ending.stopped == Watchdog::Stop{});
    CHECK(ending.outcome.error().code == Errc::timed_out);
}

TEST_CASE("a signal cancels the work, and the ending tells which it was")
{
    AppConfig config;
    bool sent = false;
    config.tick = [&sent] {
        if (!std::exchange(sent, true))
            ::kill(::getpid(), SIGTERM);
    };
    Running running{std::move(config)};
    const Ending ending = running.run("require('forager').sleep '1h'");
    CHECK(ending.stopped == Watchdog::Stop{SIGTERM});
    CHECK(ending.outcome.error().code == Errc::cancelled);
}

TEST_CASE("files that take their time do not hold up the start of a command")
{
    Running running;
    auto& world = running.script("return 1")->world();
    std::promise<void> release;
    const std::shared_future<void> released = release.get_future().share();
    for (int i = 0; i < 8; ++i) // more than the pool has threads
        asio::co_spawn(world.executor, held(world.pool, released), asio::detached);
    const Ending ending = running.app.execute(echoed(world.processes, release));
    CHECK(as_one(ending.outcome.value()) == Value{"here\n"});
}
