#include "sources/cron/cron_source.hpp"

#include "io/entropy.hpp"
#include "result_text.hpp"
#include "utc.hpp"
#include "virtual_clock.hpp"

#include <doctest/doctest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using Times = std::vector<std::string>;

/// Knows its keys, as the durable one does, and refuses as long as it is told to.
class FakeQueue final : public Queue {
public:
    explicit FakeQueue(Clock& clock) : clock_{clock} {}

    asio::awaitable<Result<Accepted>> put(Submission submission) override
    {
        ++tries;
        co_await sleep_for(clock_, delay);
        if (refusal)
            co_return *refusal;
        Accepted accepted;
        accepted.fresh = keys.insert(submission.idempotency_key).second;
        if (accepted.fresh)
            submissions.push_back(std::move(submission));
        co_return accepted;
    }

    /// What the runs' keys end with: their times.
    Times times() const
    {
        Times times;
        for (const Submission& submission : submissions)
            times.push_back(submission.idempotency_key.substr(submission.idempotency_key.rfind(' ') + 1));
        return times;
    }

    std::optional<Failure> refusal;
    Duration delay{};
    std::size_t tries = 0;
    std::vector<Submission> submissions;
    std::set<std::string> keys;

private:
    Clock& clock_;
};

class FakeSchedules final : public Schedules {
public:
    asio::awaitable<Result<std::optional<WallTime>>> last(std::string name) override
    {
        if (refusal)
            co_return *refusal;
        const auto found = times.find(name);
        co_return found == times.end() ? std::nullopt : std::optional{found->second};
    }

    asio::awaitable<Result<void>> remember(std::string name, WallTime time) override
    {
        if (refusal)
            co_return *refusal;
        if (full)
            co_return Failure{Errc::refused, "the disk is full."};
        times[name] = time;
        co_return Result<void>{};
    }

    std::optional<Failure> refusal;
    bool full = false; ///< it can be read, not written
    std::map<std::string, WallTime> times;
};

Schedule schedule(const char* text, Missed missed = Missed::once, std::string name = "nightly")
{
    Schedule schedule;
    schedule.name = std::move(name);
    schedule.function = "backup.backup";
    schedule.expression = CronExpression::parse(text).value();
    schedule.zone = "UTC";
    schedule.missed = missed;
    schedule.kwargs.set("full", true);
    return schedule;
}

// An agent that can be killed and begun again; queue and memory stay.
class Agent {
public:
    Agent() { clock.set_wall(utc("2026-07-05 12:00") + 30s); }
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;
    ~Agent() { stop(); }

    void begin(std::vector<Schedule> schedules)
    {
        source = std::make_unique<CronSource>(
            io.get_executor(), clock, random, queue, memory,
            [this](const std::string& key) { return busy.contains(key); },
            [this](const std::string& message) { told.push_back(message); });
        REQUIRE(source->set(std::move(schedules)));
        asio::co_spawn(io, source->run(),
                       asio::bind_cancellation_slot(signal.slot(), [this](std::exception_ptr) { running = false; }));
        running = true;
        pass(0s);
    }

    void stop()
    {
        signal.emit(asio::cancellation_type::terminal);
        pass(0s);
        CHECK_FALSE(running);
        source.reset();
    }

    void pass(Duration time) { clock.run_for(io, time); }
    void down(Duration time) { clock.set_wall(clock.wall() + time); }

    bool heard(const std::string& part) const
    {
        return std::ranges::any_of(told, [&](const std::string& text) { return text.find(part) != std::string::npos; });
    }

    asio::io_context io{1};
    VirtualClock clock;
    SystemRandom random{1};
    FakeQueue queue{clock};
    FakeSchedules memory;
    std::set<std::string> busy; ///< order keys of what has not ended
    std::vector<std::string> told;
    asio::cancellation_signal signal;
    bool running = false;
    std::unique_ptr<CronSource> source;
};

} // namespace

TEST_CASE("a schedule begins with the present, and each run is put once, at its time, under its own key")
{
    Agent agent;
    agent.begin({schedule("*/10 * * * *")});
    CHECK(agent.memory.times.at("nightly") == utc("2026-07-05 12:00") + 30s);
    agent.pass(9min);
    CHECK(agent.queue.tries == 0);
    agent.pass(30s);
    REQUIRE(agent.queue.tries == 1);
    const Submission& submission = agent.queue.submissions.front();
    CHECK(submission.invocation.function == "backup.backup");
    CHECK(submission.invocation.source == "cron nightly");
    CHECK(submission.invocation.kwargs == Object{{"full", true}});
    CHECK(submission.idempotency_key == "cron nightly 2026-07-05T12:10:00Z");
    agent.pass(1h);
    CHECK(agent.queue.tries == 7);
    CHECK(agent.memory.times.at("nightly") == utc("2026-07-05 13:10"));
    const auto status = agent.source->list().front();
    CHECK(status.next == utc("2026-07-05 13:20"));
    CHECK(status.last == utc("2026-07-05 13:10"));
    CHECK(agent.told.empty());
}

TEST_CASE("a crash between putting and remembering repeats no run")
{
    Agent agent;
    agent.begin({schedule("0 * * * *")});
    agent.pass(59min);
    agent.memory.refusal = Failure{Errc::refused, "the disk is gone."};
    agent.pass(2min);
    CHECK(agent.queue.times() == Times{"2026-07-05T13:00:00Z"});
    CHECK(agent.heard("its last time cannot be kept: the disk is gone."));
    agent.stop();
    agent.memory.refusal.reset();
    agent.begin({schedule("0 * * * *")});
    CHECK(agent.queue.tries == 2);
    CHECK(agent.queue.times() == Times{"2026-07-05T13:00:00Z"});
    CHECK(agent.memory.times.at("nightly") == utc("2026-07-05 13:00"));
}

TEST_CASE("runs that were missed while the agent was down are skipped, run once or run all")
{
    const auto times_after = [](Missed missed) {
        Agent agent;
        agent.begin({schedule("0 * * * *", missed)});
        agent.stop();
        agent.down(3h + 10min);
        agent.begin({schedule("0 * * * *", missed)});
        CHECK(agent.heard("runs were missed from 2026-07-05T13:00:00Z on") == (missed != Missed::all));
        return agent.queue.times();
    };
    CHECK(times_after(Missed::skip).empty());
    CHECK(times_after(Missed::once) == Times{"2026-07-05T15:00:00Z"});
    CHECK(times_after(Missed::all) == Times{"2026-07-05T13:00:00Z", "2026-07-05T14:00:00Z", "2026-07-05T15:00:00Z"});
}

TEST_CASE("a clock that leaps is noticed within a minute, and what it leapt over counts as missed")
{
    Agent agent;
    agent.begin({schedule("0 3 * * *")});
    agent.pass(10s);
    agent.clock.set_wall(utc("2026-07-08 12:00"));
    agent.pass(61s);
    CHECK(agent.queue.times() == Times{"2026-07-08T03:00:00Z"});
}

TEST_CASE("a clock that falls back runs no minute twice")
{
    Agent agent;
    agent.begin({schedule("*/10 * * * *")});
    agent.pass(21min);
    CHECK(agent.queue.tries == 2);
    agent.clock.set_wall(utc("2026-07-05 11:00"));
    agent.pass(89min);
    CHECK(agent.queue.tries == 2);
    agent.pass(1min);
    CHECK(agent.queue.times().back() == "2026-07-05T12:30:00Z");
    CHECK(agent.queue.tries == 3);
}

TEST_CASE("a clock that was days ahead does not hold the schedule up")
{
    Agent agent;
    agent.begin({schedule("*/10 * * * *")});
    agent.pass(10min);
    agent.clock.set_wall(utc("2026-07-01 00:00"));
    agent.pass(11min);
    CHECK(agent.heard("the clock was set back"));
    CHECK(agent.queue.times().back() == "2026-07-01T00:10:00Z");
}

TEST_CASE("a full queue is tried again with growing pauses until it has room, and told once")
{
    Agent agent;
    agent.begin({schedule("0 * * * *"), schedule("30 12 * * *", Missed::skip, "other")});
    agent.queue.refusal = Failure{Errc::limit, "the queue is full."};
    agent.pass(59min + 30s + 20min);
    CHECK(agent.queue.tries > 40);
    CHECK(agent.queue.tries < 400);
    CHECK(agent.told.size() == 2);
    CHECK(agent.source->list().front().trouble == "its run of 2026-07-05T13:00:00Z waits: the queue is full.");
    agent.queue.refusal.reset();
    agent.pass(1min);
    Times times = agent.queue.times();
    std::ranges::sort(times);
    CHECK(times == Times{"2026-07-05T12:30:00Z", "2026-07-05T13:00:00Z"});
    CHECK(agent.heard("schedule 'nightly': goes on"));
    CHECK(agent.source->list().front().trouble.empty());
}

TEST_CASE("a run that is due waits for the one before it, and then one stands for all that were due meanwhile")
{
    Agent agent;
    Schedule one = schedule("* * * * *");
    one.order_key = "k";
    agent.begin({one});
    agent.busy = {"k"};
    agent.pass(30s + 10min);
    CHECK(agent.queue.submissions.empty());
    CHECK(agent.told ==
          std::vector<std::string>{"schedule 'nightly': a run is due, and waits until the one before it has ended"});
    CHECK(agent.source->list().front().trouble == "a run is due, and waits until the one before it has ended");
    agent.busy.clear();
    agent.pass(2s);
    CHECK(agent.queue.times() == Times{"2026-07-05T12:11:00Z"});
    CHECK(agent.queue.submissions.front().order_key == "k");
    CHECK(agent.source->list().front().trouble.empty());
}

TEST_CASE("runs that are due while the one before goes on are skipped, or take place one after the other")
{
    Agent agent;
    Schedule skips = schedule("* * * * *", Missed::skip, "skips");
    Schedule all = schedule("* * * * *", Missed::all, "all");
    skips.order_key = all.order_key = "k";
    agent.begin({skips, all});
    agent.busy = {"k"};
    agent.pass(30s + 2min + 10s);
    CHECK(agent.queue.submissions.empty());
    CHECK(agent.heard("schedule 'skips': its run of 2026-07-05T12:02:00Z is skipped: the one before it has not ended"));
    agent.busy.clear();
    agent.pass(10s);
    CHECK(agent.queue.times() == Times{"2026-07-05T12:01:00Z", "2026-07-05T12:02:00Z", "2026-07-05T12:03:00Z"});
}

TEST_CASE("a run that can never be accepted is given up aloud and does not hold up the next")
{
    Agent agent;
    agent.begin({schedule("0 * * * *", Missed::all)});
    agent.queue.refusal = Failure{Errc::bad_arguments, "backup.backup takes no 'full'."};
    agent.pass(1h);
    CHECK(agent.queue.tries == 1);
    CHECK(agent.heard("its run of 2026-07-05T13:00:00Z is given up: backup.backup takes no 'full'."));
    agent.queue.refusal.reset();
    agent.pass(1h);
    CHECK(agent.queue.times() == Times{"2026-07-05T14:00:00Z"});
}

TEST_CASE("a memory that cannot be read is tried again before anything runs")
{
    Agent agent;
    agent.memory.times["nightly"] = utc("2026-07-05 10:30");
    agent.memory.refusal = Failure{Errc::refused, "the disk is gone."};
    agent.begin({schedule("0 * * * *")});
    agent.pass(10min);
    CHECK(agent.queue.tries == 0);
    agent.memory.refusal.reset();
    agent.pass(1min);
    CHECK(agent.queue.times() == Times{"2026-07-05T12:00:00Z"});
}

TEST_CASE("no run is put before the schedule's beginning is remembered")
{
    Agent agent;
    agent.memory.full = true;
    agent.begin({schedule("*/10 * * * *", Missed::all)});
    agent.pass(25min);
    CHECK(agent.queue.tries == 0);
    CHECK(agent.heard("its last time cannot be kept: the disk is full."));
    agent.memory.full = false;
    agent.pass(1min);
    CHECK(agent.queue.times() == Times{"2026-07-05T12:10:00Z", "2026-07-05T12:20:00Z"});
}

TEST_CASE("a reload keeps what has run, begins a changed schedule with the present and forgets others")
{
    Agent agent;
    agent.begin({schedule("0 * * * *", Missed::once, "kept"), schedule("0 * * * *", Missed::once, "changed"),
                 schedule("0 * * * *", Missed::once, "gone")});
    agent.pass(90min);
    CHECK(agent.queue.tries == 3);
    REQUIRE(
        agent.source->set({schedule("0 * * * *", Missed::once, "kept"), schedule("15 * * * *", Missed::once, "changed"),
                           schedule("45 13 * * *", Missed::once, "new")}));
    agent.pass(1min);
    CHECK(agent.queue.tries == 3);
    agent.pass(45min);
    Times keys;
    for (std::size_t i = 3; i < agent.queue.submissions.size(); ++i)
        keys.push_back(agent.queue.submissions[i].idempotency_key);
    CHECK(keys == Times{"cron new 2026-07-05T13:45:00Z", "cron kept 2026-07-05T14:00:00Z",
                        "cron changed 2026-07-05T14:15:00Z"});
}

TEST_CASE("a reload or a stop in the middle of a put neither loses nor repeats a run")
{
    Agent agent;
    agent.queue.delay = 10s;
    agent.begin({schedule("0 * * * *")});
    agent.pass(59min + 35s);
    CHECK(agent.queue.tries == 1);
    REQUIRE(agent.source->set({schedule("0 * * * *", Missed::all)}));
    agent.pass(1min);
    CHECK(agent.queue.times() == Times{"2026-07-05T13:00:00Z"});
    agent.pass(58min + 55s);
    CHECK(agent.queue.submissions.size() == 1);
    agent.stop();
    CHECK(agent.memory.times.at("nightly") == utc("2026-07-05 13:00"));
    agent.begin({schedule("0 * * * *", Missed::all)});
    agent.pass(1min);
    CHECK(agent.queue.times() == Times{"2026-07-05T13:00:00Z", "2026-07-05T14:00:00Z"});
}

TEST_CASE("a reload that is refused changes nothing")
{
    Agent agent;
    agent.begin({schedule("0 * * * *")});
    Schedule wrong = schedule("0 * * * *", Missed::once, "wrong");
    wrong.zone = "Europe/Berln";
    const auto refused = agent.source->set({wrong});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message ==
          "schedule 'wrong': there is no time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?");
    CHECK_FALSE(agent.source->set({schedule("0 * * * *"), schedule("1 * * * *")}));
    agent.pass(1h);
    CHECK(agent.queue.times() == Times{"2026-07-05T13:00:00Z"});
}

TEST_CASE("the calendar's clock is looked at every minute at least, and not at all without schedules")
{
    Agent agent;
    agent.begin({});
    agent.pass(24h);
    CHECK(agent.io.poll() == 0);
    REQUIRE(agent.source->set({schedule("0 3 * * *")}));
    agent.pass(0s);
    agent.clock.set_wall(utc("2026-07-07 02:59") + 30s);
    agent.pass(60s);
    CHECK(agent.queue.times() == Times{"2026-07-07T03:00:00Z"});
}
