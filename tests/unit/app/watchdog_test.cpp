#include "app/watchdog.hpp"

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <future>

using namespace forager;
using namespace std::chrono_literals;

namespace {

Watchdog::Callbacks hears(std::promise<Watchdog::Stop>& told)
{
    return {[&told](Watchdog::Stop stop) { told.set_value(stop); },
            [](const std::function<void()>& pong) { pong(); }, // a loop that is alive
            [](Watchdog::Stop) {}};
}

// Runs in a process of its own, which the watchdog is to end; gives that one's exit status.
int status_of_child(void (*child)())
{
    const pid_t process = fork();
    if (process == 0) {
        child();
        _exit(99);
    }
    int status = 0;
    CHECK(waitpid(process, &status, 0) == process);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// A loop that never answers.
Watchdog::Callbacks stuck()
{
    return {[](Watchdog::Stop) {}, [](const std::function<void()>&) {}, [](Watchdog::Stop) {}};
}

} // namespace

TEST_CASE("a watchdog that is not needed says nothing")
{
    std::promise<Watchdog::Stop> told;
    const Watchdog watchdog{{1h}, hears(told)};
    CHECK_FALSE(watchdog.stopped());
}

TEST_CASE("the time limit is told once it has passed")
{
    std::promise<Watchdog::Stop> told;
    const Watchdog watchdog{{1ms}, hears(told)};
    CHECK(told.get_future().get() == Watchdog::Stop{});
    CHECK(watchdog.stopped() == Watchdog::Stop{});
}

TEST_CASE("a signal is told by its number")
{
    std::promise<Watchdog::Stop> told;
    const Watchdog watchdog{{}, hears(told)};
    ::kill(::getpid(), SIGINT);
    CHECK(told.get_future().get() == Watchdog::Stop{SIGINT});
}

TEST_CASE("the exit code is the shell's for signals")
{
    CHECK(Watchdog::exit_code({SIGINT}) == 130);
    CHECK(Watchdog::exit_code({SIGTERM}) == 143);
    CHECK(Watchdog::exit_code({}) == 1);
}

TEST_CASE("a loop that does not answer is not waited for")
{
    CHECK(status_of_child([] {
              const Watchdog watchdog{{1ms, 1h, 1ms}, stuck()};
              pause();
          }) == 1);
}

TEST_CASE("a second signal ends the program at once")
{
    CHECK(status_of_child([] {
              const Watchdog watchdog{{{}, 1h, 1h}, stuck()};
              ::kill(::getpid(), SIGTERM);
              while (!watchdog.stopped())
                  sched_yield();
              ::kill(::getpid(), SIGTERM);
              pause();
          }) == 143);
}

TEST_CASE("a loop may answer when the watchdog is gone")
{
    std::promise<std::function<void()>> asked;
    std::function<void()> pong;
    {
        const Watchdog watchdog{{1ms, 2h, 1h},
                                {[](Watchdog::Stop) {},
                                 [&asked](const std::function<void()>& ping) { asked.set_value(ping); },
                                 [](Watchdog::Stop) {}}};
        pong = asked.get_future().get();
    }
    pong();
}
