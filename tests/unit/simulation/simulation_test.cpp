// Some lives of an agent with random work and random faults: deaths between any two things that it does, power that
// goes in the middle of a write, disks that refuse, clocks that are set, cancellations, signals, reloads. Each seed is
// a story of its own, the same whenever it is told.

#include "life.hpp"
#include "soak.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

class Chance {
public:
    explicit Chance(std::uint64_t seed) : random_{seed} {}

    std::size_t below(std::size_t end) { return random_() % end; }
    bool one_in(std::size_t n) { return below(n) == 0; }
    std::uint64_t next() { return random_(); }
    Duration up_to(Duration most)
    {
        return Duration{static_cast<Duration::rep>(below(static_cast<std::size_t>(most.count())))};
    }

private:
    std::mt19937_64 random_;
};

// When runs of a schedule were, by what their idempotency keys end with; minutes since 1970.
std::vector<std::int64_t> runs_of(const std::string& schedule, const std::vector<Found>& invocations)
{
    const std::string prefix = "cron " + schedule + " ";
    std::vector<std::int64_t> minutes;
    for (const Found& one : invocations) {
        if (!one.idempotency_key.starts_with(prefix))
            continue;
        int year = 0, month = 0, day = 0, hour = 0, minute = 0;
        std::sscanf(one.idempotency_key.c_str() + prefix.size(), "%d-%d-%dT%d:%d", &year, &month, &day, &hour, &minute);
        const std::chrono::sys_days date{std::chrono::year{year} / month / day};
        minutes.push_back(std::chrono::duration_cast<std::chrono::minutes>(date.time_since_epoch()).count() +
                          hour * 60 + minute);
    }
    std::ranges::sort(minutes);
    return minutes;
}

class Story {
public:
    Story(std::uint64_t seed, scripting::Library& library) : chance_{seed}, library_{library} {}

    void tell()
    {
        const std::size_t lives = 1 + chance_.below(3);
        for (deaths = 0; deaths + 1 < lives; ++deaths)
            live_and_end();
        live_to_the_end();
    }

    const std::vector<std::string>& broken() const { return ledger_.broken; }

    std::size_t deaths = 0;
    std::size_t invocations = 0;
    std::string fates; // what became of each
    std::uint64_t steps() const { return ledger_.effects; }

private:
    Life::Config config()
    {
        return {folder_.at("state.db"), chance_.next(), 1 + chance_.below(4), now_, wall_, boot_, library_};
    }

    void live_and_end()
    {
        Life life{disk_, ledger_, config()};
        if (chance_.one_in(3))
            disk_.cut_power_at(1 + chance_.below(150), chance_.below(4200));
        if (life.begin())
            act(life, 5 + chance_.below(12));
        if (chance_.one_in(2))
            life.kill();
        end(life);
    }

    void end(Life& life)
    {
        disk_.make_room();
        const bool stopped = life.alive();
        const bool killed = !stopped && disk_.powered();
        life.end();
        now_ = life.clock().now() + chance_.up_to(chance_.one_in(2) ? Duration{10min} : Duration{3s});
        wall_ = life.clock().wall() + (now_ - life.clock().now());
        constexpr Survival ways[] = {Survival::nothing, Survival::everything, Survival::some};
        disk_.restore_power(stopped  ? Survival::nothing
                            : killed ? Survival::everything
                                     : ways[chance_.below(3)],
                            chance_.next());
        if (!stopped && !killed && chance_.one_in(2))
            boot_ += " again";
    }

    void live_to_the_end()
    {
        Life life{disk_, ledger_, config()};
        if (!life.begin()) {
            ledger_.expect(false, "an agent begins on a sound disk");
            return;
        }
        act(life, 8);
        disk_.make_room();
        life.bring_back();
        life.pass(12min);
        life.end_schedules();
        const WallTime scheduled = life.clock().wall();
        life.pass(2h); // those of one order key run one after the other, and each may wait and try again
        const auto found = life.invocations();
        invocations = found.size();
        for (const Found& one : found)
            fates += one.id + " " + one.note + " " + one.outcome + "\n";
        ledger_.found(found, life.clock().now());
        ledger_.close(found, life.clock().wall());
        check_schedules(found, scheduled);
        check_missed(life, found);
        life.end();
        disk_.restore_power(Survival::nothing);
    }

    void check_schedules(const std::vector<Found>& found, WallTime wall)
    {
        const auto now = std::chrono::floor<std::chrono::minutes>(wall).time_since_epoch().count();
        for (const auto& [name, period] : {std::pair{"all", 5}, std::pair{"once", 7}, std::pair{"skip", 3}}) {
            const auto runs = runs_of(name, found);
            if (runs.empty())
                continue; // a clock that was set back has not come so far again
            ledger_.expect(std::ranges::adjacent_find(runs) == runs.end(), "no run of a schedule comes twice");
            // One that skips may have skipped ahead before the clock was set back.
            const bool goes_on = runs.back() + 2 * period > now || name == std::string_view{"skip"};
            ledger_.expect(goes_on, "a schedule goes on: " + std::string{name});
            ledger_.expect(std::ranges::all_of(runs, [&](auto run) { return run % 60 % period == 0; }), "a run is due");
        }
        const auto runs = runs_of("all", found);
        for (std::size_t n = 1; n < runs.size(); ++n)
            ledger_.expect(runs[n] - runs[n - 1] == 5, "no run is missed where all are wanted");
    }

    // What became due while there was no agent is made up for by one run, the latest.
    void check_missed(const Life& life, const std::vector<Found>& found)
    {
        const auto settled = life.settled("once");
        const auto begun = life.undisturbed_since();
        if (!settled || !begun)
            return;
        const auto minute = std::chrono::floor<std::chrono::minutes>(*begun).time_since_epoch().count();
        const auto latest = minute - minute % 60 % 7;
        const auto runs = runs_of("once", found);
        ledger_.expect(std::chrono::floor<std::chrono::minutes>(*settled).time_since_epoch().count() >= latest ||
                           std::ranges::find(runs, latest) != runs.end(),
                       "a run that was missed is made up for");
    }

    void act(Life& life, std::size_t count)
    {
        for (; count > 0 && life.alive(); --count) {
            one_thing(life);
            life.turns(chance_.below(chance_.one_in(4) ? 200 : 40));
        }
    }

    void one_thing(Life& life)
    {
        switch (chance_.below(14)) {
        case 0: return life.cancel(one_of(ledger_.open()));
        case 1: return life.retry(one_of(ledger_.failed()));
        case 2:
        case 3: return life.signal(one_of(ledger_.open()));
        case 4: return life.reload();
        case 5: return life.withdraw_one();
        case 6: return life.bring_back();
        case 7: return set_clock(life);
        case 8: return trouble();
        default: return life.submit(submission());
        }
    }

    std::string one_of(const std::vector<std::string>& ids)
    {
        return ids.empty() ? "nobody" : ids[chance_.below(ids.size())];
    }

    void set_clock(Life& life)
    {
        const Duration ahead = chance_.up_to(60min);
        life.set_wall(life.clock().wall() + (chance_.one_in(2) ? ahead : -ahead));
    }

    void trouble()
    {
        switch (chance_.below(4)) {
        case 0: return disk_.fail_write(1 + chance_.below(8));
        case 1: return disk_.fail_sync(1 + chance_.below(4));
        case 2: return disk_.fill_at(1 + chance_.below(8));
        default: return disk_.make_room();
        }
    }

    Submission submission()
    {
        constexpr const char* functions[] = {"sim.plain", "sim.limited", "sim.gone", "t.durable", "t.durable"};
        Submission submission;
        submission.invocation.source = "test";
        submission.invocation.function = functions[chance_.below(std::size(functions))];
        submission.priority = static_cast<int>(chance_.below(3));
        if (submission.invocation.function == "t.durable")
            submission.invocation.args = {plan()};
        if (chance_.one_in(3))
            submission.order_key = "key" + std::to_string(chance_.below(2));
        else if (chance_.one_in(6))
            submission.not_before = wall_ + chance_.up_to(5min);
        if (chance_.one_in(4))
            known_before(submission);
        return submission;
    }

    // The same key always stands for the same work.
    void known_before(Submission& submission)
    {
        const std::string number = std::to_string(chance_.below(4));
        submission.invocation.function = "sim.plain";
        submission.invocation.args = {Value{number}};
        submission.idempotency_key = "once" + number;
    }

    Value plan()
    {
        constexpr const char* parts[] = {"step", "step", "sleep", "wait", "child", "both", "chance"};
        Array plan;
        for (std::size_t left = 1 + chance_.below(5); left > 0; --left)
            plan.emplace_back(parts[chance_.below(std::size(parts))]);
        return plan;
    }

    Chance chance_;
    scripting::Library& library_; // compiled once for all stories
    TempFolder folder_;
    FaultyDisk disk_;
    Ledger ledger_;
    TimePoint now_{};
    WallTime wall_{std::chrono::hours{24 * 20'000} + 30s};
    std::string boot_ = "first";
};

} // namespace

TEST_CASE("whatever happens to the agent, what it promised is kept")
{
    const Soak soak{100};
    scripting::Library library;
    std::uint64_t deaths = 0, invocations = 0, steps = 0;
    for (std::uint64_t seed = soak.first; seed < soak.end(); ++seed) {
        INFO(Soak::again("agent", seed));
        Story story{seed, library};
        story.tell();
        const std::string broken = story.broken().empty() ? "" : story.broken().front();
        REQUIRE(broken == "");
        deaths += story.deaths;
        invocations += story.invocations;
        steps += story.steps();
    }
    Soak::tell("simulated ends of the agent", deaths);
    Soak::tell("invocations", invocations);
    Soak::tell("steps", steps);
}

TEST_CASE("a seed tells the same story again")
{
    scripting::Library library;
    Story first{77, library};
    first.tell();
    Story second{77, library};
    second.tell();
    CHECK(first.fates.size() > 1000);
    CHECK(first.fates == second.fates);
    CHECK(first.steps() == second.steps());
}
