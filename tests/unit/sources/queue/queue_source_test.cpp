#include "memory_records.hpp"
#include "result_text.hpp"
#include "soak.hpp"
#include "sources/queue/queue_source.hpp"
#include "world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace asio = boost::asio;

namespace {

// An agent's queue and scheduler, as long as the program lives.
class Life : public World {
public:
    Life(MemoryRecords& records, std::uint64_t seed, QueueSource::Config queue_config = {}, std::size_t concurrency = 4)
        : World{seed, {concurrency, 100, 100, 1s}},
          records{records},
          queue{io.get_executor(),
                clock,
                records,
                scheduler,
                queue_config,
                {[this] { return scheduler.fresh_id(); },
                 [this](const Invocation& invocation) -> Result<void> {
                     const auto found = registry.find(invocation.function);
                     return found ? Result<void>{} : Result<void>{found.error()};
                 },
                 [this](const std::string& id, const Outcome&) { told.push_back(id); },
                 [this](const std::string& id) { (void)scheduler.cancel(id); },
                 [this](const std::string& function) {
                     const auto found = registry.find(function);
                     return found ? (*found)->function.retries : 0;
                 }}}
    {
        records.live_under(clock, random);
    }
    ~Life() { end(); }

    void begin_loop()
    {
        REQUIRE(run(queue.open()));
        World::begin(loop_, loop());
    }

    Result<Accepted> put(const std::string& function, std::string key = {}, int priority = 0)
    {
        Submission submission;
        submission.invocation.function = function;
        submission.invocation.source = "test";
        submission.order_key = std::move(key);
        submission.priority = priority;
        return run(queue.put(std::move(submission)));
    }

    /// As after SIGTERM, or after a death when the records are dead already.
    void end()
    {
        if (std::exchange(ended_, true))
            return;
        queue.stop();
        loop_.cancel();
        run(scheduler.drain());
        clock.run_for(io, 1min);
    }

    MemoryRecords& records;
    QueueSource queue;
    std::vector<std::string> told;

private:
    asio::awaitable<bool> loop()
    {
        co_await queue.run();
        co_return true;
    }

    Begun<bool> loop_;
    bool ended_ = false;
};

std::shared_ptr<Handler> notes(std::vector<std::string>& order, Clock& clock, Duration pause)
{
    return std::make_shared<ScriptedHandler>([&order, &clock, pause](const Invocation& invocation, std::vector<Value>) {
        order.push_back(invocation.id);
        return after_pause(clock, pause, one(Value{invocation.id}));
    });
}

} // namespace

TEST_CASE("what is put is kept, run, and its outcome kept before anybody hears of it")
{
    MemoryRecords records;
    Life life{records, 1};
    life.add("t.echo", gives(one(Value{"done"})));
    life.begin_loop();
    const auto accepted = life.put("t.echo");
    REQUIRE(accepted);
    CHECK(records.kept.contains(accepted->id));
    life.clock.run_for(life.io, 1s);
    CHECK(life.told == std::vector<std::string>{accepted->id});
    CHECK(records.kept.at(accepted->id).outcome->has_value());
    CHECK(life.queue.waiting() == 0);
    CHECK(life.queue.running() == 0);
}

TEST_CASE("an unknown function, a full queue and large arguments are refused at once")
{
    MemoryRecords records;
    Life life{records, 1, {2, 5, 100}};
    life.add("t.slow", gives_after(life.clock, 1h, Outputs{}));
    life.begin_loop();
    CHECK(life.put("t.none").error().code == Errc::not_found);
    Submission large;
    large.invocation.function = "t.slow";
    large.invocation.args = {Value{std::string(200, 'x')}};
    CHECK(life.run(life.queue.put(std::move(large))).error().code == Errc::limit);
    REQUIRE(life.put("t.slow"));
    REQUIRE(life.put("t.slow"));
    const auto third = life.put("t.slow");
    REQUIRE_FALSE(third);
    CHECK(third.error().code == Errc::limit);
    CHECK(records.kept.size() == 2);
}

TEST_CASE("one of a key runs at a time, in the order of acceptance")
{
    MemoryRecords records;
    Life life{records, 1};
    std::vector<std::string> order;
    life.add("t.note", notes(order, life.clock, 1s));
    life.begin_loop();
    std::vector<std::string> put;
    for (int i = 0; i < 5; ++i)
        put.push_back(life.put("t.note", "key", i)->id);
    life.clock.run_for(life.io, 2500ms);
    CHECK(order.size() == 3);
    life.clock.run_for(life.io, 1min);
    CHECK(order == put);
}

TEST_CASE("what ran when the agent died is run again, and given up when it dies again and again")
{
    MemoryRecords records;
    for (int deaths = 0; deaths < 5; ++deaths) {
        Life life{records, 1};
        life.add("t.slow", gives_after(life.clock, 1h, Outputs{}));
        life.begin_loop();
        if (deaths == 0)
            REQUIRE(life.put("t.slow"));
        life.clock.run_for(life.io, 1s);
        CHECK(life.queue.running() == 1);
        records.dead = true;
    }
    Life life{records, 1};
    life.add("t.slow", gives_after(life.clock, 1h, Outputs{}));
    life.begin_loop();
    life.clock.run_for(life.io, 1s);
    const auto& outcome = records.kept.begin()->second.outcome;
    REQUIRE(outcome);
    CHECK(outcome->error().message.starts_with("the agent died 5 times while this ran"));
}

TEST_CASE("what a stop cuts off is done again after the next start, what somebody cancelled is not")
{
    MemoryRecords records;
    std::string cut;
    std::string cancelled;
    {
        Life life{records, 1};
        life.add("t.slow", gives_after(life.clock, 1h, Outputs{}));
        life.begin_loop();
        cut = life.put("t.slow")->id;
        cancelled = life.put("t.slow")->id;
        life.clock.run_for(life.io, 1s);
        CHECK(*life.run(life.queue.cancel(cancelled)));
        life.clock.run_for(life.io, 1s);
        CHECK(records.kept.at(cancelled).outcome->error().code == Errc::cancelled);
        life.end();
        CHECK_FALSE(records.kept.at(cut).outcome);
    }
    Life life{records, 1};
    life.add("t.slow", gives_after(life.clock, 1h, Outputs{}));
    life.begin_loop();
    life.clock.run_for(life.io, 2h);
    CHECK(records.kept.at(cut).outcome->has_value());
}

TEST_CASE("what cannot run for want of its function waits until there is one")
{
    MemoryRecords records;
    std::string id;
    {
        Life life{records, 1};
        life.add("t.work", gives_after(life.clock, 1h, Outputs{}));
        life.begin_loop();
        id = life.put("t.work")->id;
        records.dead = true;
    }
    Life life{records, 1};
    life.begin_loop();
    life.clock.run_for(life.io, 1h);
    CHECK(life.queue.waiting() == 1);
    life.add("t.work", gives(Outputs{}));
    life.queue.reconsider();
    life.clock.run_for(life.io, 1s);
    CHECK(records.kept.at(id).outcome->has_value());
}

TEST_CASE("what is cancelled while its start is written does not begin")
{
    for (std::uint64_t seed = 1; seed < 30; ++seed) {
        MemoryRecords records;
        Life life{records, seed};
        int begun = 0;
        life.add("t.work", computes([&](std::vector<Value>) -> Outcome {
                     ++begun;
                     return Outputs{};
                 }));
        life.begin_loop();
        const std::string id = life.put("t.work")->id;
        life.clock.run_for(life.io, {});
        if (begun > 0) // its start took no time
            continue;
        REQUIRE(life.queue.has_begun(id));
        CHECK(*life.run(life.queue.cancel(id)));
        life.clock.run_for(life.io, 1s);
        CHECK(begun == 0);
        CHECK(records.kept.at(id).outcome->error().code == Errc::cancelled);
    }
}

TEST_CASE("a queue with nothing to begin holds no place that others could use")
{
    MemoryRecords records;
    Life life{records, 1, {}, 1};
    life.begin_loop();
    life.clock.run_for(life.io, 1s);
    CHECK(life.scheduler.busy() == 0);
}

TEST_CASE("what waits can be cancelled, and what failed begun again")
{
    MemoryRecords records;
    Life life{records, 1, {}, 1};
    life.add("t.slow", gives_after(life.clock, 1h, Outputs{}));
    life.add("t.fails", gives(Failure{Errc::script, "broken"}));
    life.begin_loop();
    REQUIRE(life.put("t.slow"));
    const std::string waits = life.put("t.slow")->id;
    life.clock.run_for(life.io, 1s);
    CHECK(*life.run(life.queue.cancel(waits)));
    CHECK_FALSE(*life.run(life.queue.cancel(waits)));
    CHECK(records.kept.at(waits).outcome->error().code == Errc::cancelled);
    const std::string fails = life.put("t.fails")->id;
    life.clock.run_for(life.io, 2h);
    CHECK(records.kept.at(fails).ends == 1);
    REQUIRE(life.run(life.queue.retry(fails)));
    life.clock.run_for(life.io, 1s);
    CHECK(records.kept.at(fails).ends == 2);
}

TEST_CASE("a cancellation that was acknowledged holds, whenever the agent dies then")
{
    for (std::uint64_t seed = 1; seed < 30; ++seed) {
        INFO(seed);
        MemoryRecords records;
        std::string runs;
        std::string waits;
        {
            Life life{records, seed, {}, 1};
            life.add("t.slow", gives_after(life.clock, 1h, Outputs{}));
            life.begin_loop();
            runs = life.put("t.slow")->id;
            waits = life.put("t.slow")->id;
            life.clock.run_for(life.io, 1s);
            CHECK(*life.run(life.queue.cancel(waits)));
            CHECK(*life.run(life.queue.cancel(runs)));
            records.dead = true;
        }
        Life life{records, seed + 100, {}, 1};
        int begun = 0;
        life.add("t.slow", computes([&](std::vector<Value>) -> Outcome {
                     ++begun;
                     return Outputs{};
                 }));
        life.begin_loop();
        life.clock.run_for(life.io, 1min);
        CHECK(begun == 0);
        for (const std::string& id : {runs, waits}) {
            REQUIRE(records.kept.at(id).outcome);
            CHECK(records.kept.at(id).outcome->error().code == Errc::cancelled);
        }
        CHECK(life.queue.waiting() == 0);
        CHECK(life.queue.running() == 0);
    }
}

TEST_CASE("what an earlier agent was asked to end ends at the start, whatever goes before it and also when drained")
{
    MemoryRecords records;
    std::string id;
    {
        Life life{records, 1, {}, 1};
        life.add("t.slow", gives_after(life.clock, 1h, Outputs{}));
        life.begin_loop();
        id = life.put("t.slow", "", -5)->id;
        life.clock.run_for(life.io, 1s);
        for (int n = 0; n < 3; ++n)
            REQUIRE(life.put("t.slow"));
        CHECK(life.run(records.ask_to_end(id, {})));
        records.dead = true;
    }
    Life life{records, 1, {}, 1};
    life.add("t.slow", gives_after(life.clock, 1h, Outputs{}));
    life.queue.pause();
    life.begin_loop();
    life.clock.run_for(life.io, 1s);
    REQUIRE(records.kept.at(id).outcome);
    CHECK(records.kept.at(id).outcome->error().message == "it was cancelled, and the agent died before it had ended");
    CHECK(life.told == std::vector<std::string>{id});
}

TEST_CASE(
    "on a full disk, what waits goes on waiting and its cancellation is refused; what runs is asked to end all the "
    "same, and who asks hears that it cannot be kept")
{
    MemoryRecords records;
    Life life{records, 1, {}, 1};
    std::vector<std::string> order;
    life.add("t.slow", notes(order, life.clock, 1h));
    life.begin_loop();
    const std::string runs = life.put("t.slow", "key")->id;
    const std::string waits = life.put("t.slow", "key")->id;
    const std::string last = life.put("t.slow", "key")->id;
    life.clock.run_for(life.io, 1s);
    records.full = true;
    const auto refused = life.run(life.queue.cancel(waits));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message == "the disk of the state file is full");
    CHECK(life.queue.waiting() == 2);
    const auto asked = life.run(life.queue.cancel(runs));
    REQUIRE_FALSE(asked);
    CHECK(asked.error().code == Errc::limit);
    CHECK(asked.error().message.starts_with(runs + " was asked to end, but that cannot be kept: the disk of the"));
    life.clock.run_for(life.io, 1s);
    CHECK_FALSE(records.kept.at(runs).outcome);
    records.full = false;
    life.clock.run_for(life.io, 5s);
    REQUIRE(records.kept.at(runs).outcome);
    CHECK(records.kept.at(runs).outcome->error().code == Errc::cancelled);
    life.clock.run_for(life.io, 3h);
    CHECK(order == std::vector<std::string>{runs, waits, last});
}

TEST_CASE("a retry gives as many tries as the first life had")
{
    MemoryRecords records;
    Life life{records, 1};
    int tries = 0;
    Function function;
    function.name = "t.fails";
    function.retries = 2;
    life.add(std::move(function), computes([&](std::vector<Value>) -> Outcome {
                 ++tries;
                 return Failure{Errc::script, "broken"};
             }));
    life.begin_loop();
    const std::string id = life.put("t.fails")->id;
    life.clock.run_for(life.io, 1h);
    CHECK(tries == 3);
    records.kept.at(id).tries = 2; // as the agent's observer has it
    REQUIRE(life.run(life.queue.retry(id)));
    life.clock.run_for(life.io, 1h);
    CHECK(tries == 6);
    CHECK(records.kept.at(id).ends == 2);
}

TEST_CASE(
    "work of a function that has no room takes no place that other work could use, and its higher priority is next")
{
    MemoryRecords records;
    Life life{records, 1, {}, 4};
    std::vector<std::string> order;
    Function narrow;
    narrow.name = "t.one";
    narrow.concurrency = 1;
    life.add(std::move(narrow), notes(order, life.clock, 1min));
    life.add("t.other", gives_after(life.clock, 1s, Outputs{}));
    life.begin_loop();
    std::vector<std::string> put;
    for (int priority = 0; priority < 10; ++priority)
        put.push_back(life.put("t.one", "", priority)->id);
    const std::string other = life.put("t.other", "", -1)->id;
    life.clock.run_for(life.io, 5s);
    CHECK(records.kept.at(other).outcome);
    CHECK(life.queue.running() == 1);
    CHECK(life.queue.waiting() == 9);
    CHECK(life.scheduler.busy() == 1);
    life.clock.run_for(life.io, 1h);
    REQUIRE(order.size() == 10);
    CHECK(std::vector<std::string>(order.rbegin(), order.rend() - 1) ==
          std::vector<std::string>(put.begin() + (order.front() == put.front() ? 1 : 0),
                                   put.end() - (order.front() == put.front() ? 0 : 1)));
    for (const auto& [id, one] : records.kept)
        CHECK(one.starts == 1);
}

TEST_CASE("room that something else gives back is used at once")
{
    MemoryRecords records;
    Life life{records, 1};
    Function narrow;
    narrow.name = "t.one";
    narrow.concurrency = 1;
    narrow.variadic = true;
    life.add(std::move(narrow), gives_after(life.clock, 1s, Outputs{}));
    life.begin_loop();
    Begun<Outcome> called;
    life.begin(called, life.scheduler.call(calling("t.one")));
    life.clock.run_for(life.io, 100ms);
    const std::string id = life.put("t.one")->id;
    life.clock.run_for(life.io, 500ms);
    CHECK(life.queue.waiting() == 1);
    life.clock.run_for(life.io, 3s);
    CHECK(records.kept.at(id).outcome);
}

namespace {

// Some lives of an agent with random work and random deaths, until all work is done.
class Campaign {
public:
    explicit Campaign(std::uint64_t seed) : chance_{seed} {}

    void run()
    {
        const std::uint64_t lives = 1 + chance_.next() % 4;
        for (std::uint64_t n = 0; n < lives; ++n)
            live(n + 1 == lives);
        for (const std::string& id : accepted_) {
            REQUIRE(records_.kept.contains(id));
            CHECK(records_.kept.at(id).ends == 1);
        }
        for (const auto& [id, one] : records_.kept)
            CHECK(one.outcome.has_value());
    }

private:
    void live(bool last)
    {
        Life life{records_, chance_.next(), {1000, 100, 1000}, 1 + chance_.next() % 4};
        life.add("t.work", std::make_shared<ScriptedHandler>([&](const Invocation& invocation, std::vector<Value>) {
                     return work(life, invocation);
                 }));
        life.begin_loop();
        for (std::uint64_t n = chance_.next() % 12; n > 0; --n) {
            if (const auto accepted =
                    life.put("t.work", chance_.next() % 3 == 0 ? "key" : "", static_cast<int>(chance_.next() % 3)))
                accepted_.insert(accepted->id);
            life.clock.run_for(life.io, std::chrono::milliseconds{chance_.next() % 200});
        }
        if (last)
            life.clock.run_for(life.io, 10min);
        else
            records_.dead = chance_.next() % 2 == 0; // else it is stopped in good order
        life.clock.run_for(life.io, std::chrono::milliseconds{chance_.next() % 500});
        life.end();
        for (const std::string& id : life.told)
            CHECK(records_.kept.at(id).outcome.has_value());
        running_.clear();
    }

    asio::awaitable<Outcome> work(Life& life, Invocation invocation)
    {
        const auto& kept = records_.kept.at(invocation.id);
        CHECK_FALSE(kept.outcome.has_value()); // finished work is not run again
        const std::string key = kept.entry.order_key;
        if (!key.empty())
            CHECK(running_.insert(key).second);
        const Duration length = std::chrono::milliseconds{life.random.next() % 500};
        co_await sleep_for(life.clock, length);
        running_.erase(key);
        if (life.random.next() % 4 == 0)
            co_return Failure{Errc::script, "unlucky"};
        co_return Outputs{};
    }

    SystemRandom chance_;
    MemoryRecords records_;
    std::set<std::string> accepted_;
    std::set<std::string> running_; // keys
};

} // namespace

TEST_CASE("whenever the agent dies or stops: accepted work ends once, and one of a key runs at a time")
{
    const Soak soak{1000};
    for (std::uint64_t seed = soak.first; seed < soak.end(); ++seed) {
        INFO(Soak::again("queue", seed));
        Campaign campaign{seed};
        campaign.run();
    }
    Soak::tell("stories", soak.rounds);
}
