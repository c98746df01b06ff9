#include "core/reconcile/plan.hpp"

#include "base/timestamp.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace forager;
using namespace forager::reconcile;
using namespace std::chrono_literals;

namespace {

const WallTime now{1000h};

Deployment deployment(std::int64_t replicas, const std::string& image = "new")
{
    Deployment wanted;
    wanted.key = {"", "", "ExecutorDeployment", "web"};
    wanted.id = "1a2b3c4d5e6f";
    wanted.replicas = replicas;
    wanted.replica.image = image;
    return wanted;
}

std::string print(const std::string& image)
{
    return print_of(deployment(1, image).replica);
}

Instance replica(int index, const std::string& image = "new", Duration age = 1h)
{
    Instance instance;
    instance.name = "web-1a2b3c4d-" + std::to_string(index);
    instance.id = "id-" + std::to_string(index) + image;
    instance.print = print(image);
    instance.state = Instance::State::running;
    instance.ready = true;
    instance.created = now - age;
    instance.started = now - age;
    return instance;
}

Instance starting(int index, const std::string& image = "new")
{
    Instance instance = replica(index, image, 1s);
    instance.state = Instance::State::starting;
    instance.ready = false;
    instance.started.reset();
    return instance;
}

Instance unhealthy(int index, const std::string& image = "new")
{
    Instance instance = replica(index, image);
    instance.ready = false;
    instance.unhealthy = true;
    instance.trouble = "404";
    return instance;
}

// It ran for so long, and ended just now.
Instance dead(int index, Duration life, const std::string& image = "new")
{
    Instance instance = replica(index, image, life);
    instance.state = Instance::State::ended;
    instance.ready = false;
    instance.exit_code = 137;
    instance.ended = now;
    return instance;
}

Plan planned_as_is(const Deployment& wanted, const std::vector<Instance>& there, const Memory& memory,
                   WallTime when = now)
{
    return plan({.wanted = wanted, .there = there, .memory = memory, .now = when, .chance = 5});
}

// By one who has looked since they started.
Plan planned(const Deployment& wanted, const std::vector<Instance>& there, Memory memory = {}, WallTime when = now)
{
    for (const Instance& instance : there)
        if (instance.ready)
            memory.ready_since.try_emplace(instance.id, *instance.started);
    return planned_as_is(wanted, there, memory, when);
}

// "-web-…-0" is a stop, "+web-…-0" a start, without what the names have in common.
std::vector<std::string> brief(const Plan& plan)
{
    std::vector<std::string> words;
    for (const Action& action : plan.actions)
        words.push_back((action.kind == Action::Kind::start ? "+" : "-") +
                        action.name.substr(action.name.rfind('-') + 1));
    return words;
}

using Words = std::vector<std::string>;

std::string reason(const Plan& plan, std::size_t action = 0)
{
    return action < plan.actions.size() ? plan.actions[action].reason : "there is no such action";
}

Memory done(const std::string& image = "new")
{
    Memory memory;
    memory.print = print(image);
    memory.tried = true;
    memory.done = true;
    memory.last_progress = now - 1h;
    return memory;
}

} // namespace

TEST_CASE("all that are missing are started at once, by the smallest free numbers")
{
    const Plan first = planned(deployment(3), {});
    CHECK(brief(first) == Words{"+0", "+1", "+2"});
    CHECK(first.actions.front().name == "web-1a2b3c4d-0");
    CHECK(reason(first) == "3 of 3 are missing");
    CHECK(first.phase == Phase::pending);
    CHECK(first.message == "0 of 3 are ready");
    const Plan next = planned(deployment(3), {replica(0), replica(2)}, done());
    CHECK(brief(next) == Words{"+1"});
    CHECK(reason(next) == "1 of 3 is missing");
    CHECK(next.phase == Phase::scaling);
    CHECK(next.look_again == Duration{1s});
}

TEST_CASE("where all is as wanted nothing is done")
{
    const Plan plan = planned(deployment(2), {replica(0), replica(1)});
    CHECK(plan.actions.empty());
    CHECK(plan.phase == Phase::running);
    CHECK(plan.message.empty());
    CHECK_FALSE(plan.look_again.has_value());
    CHECK(plan.memory.done);
    CHECK(planned(deployment(0), {}).phase == Phase::running);
}

TEST_CASE("of too many those go first that serve nobody, then the highest numbers or the oldest")
{
    const std::vector<Instance> there{replica(0), starting(1), replica(2), unhealthy(3), replica(4)};
    const Plan plan = planned(deployment(1), there, done());
    CHECK(brief(plan) == Words{"-3", "-1", "-4", "-2"});
    CHECK(reason(plan) == "4 are too many");
    CHECK(plan.phase == Phase::scaling);
    CHECK(plan.message == "5 are there instead of 1");
    CHECK(reason(planned(deployment(1), {replica(0), replica(1)})) == "1 is too many");
    Deployment wanted = deployment(1);
    wanted.naming = Naming::random;
    CHECK(brief(planned(wanted, {replica(0, "new", 1h), replica(1, "new", 3h), replica(2, "new", 2h)})) ==
          Words{"-1", "-2"});
    CHECK(brief(planned(deployment(0), {replica(0), replica(1)})) == Words{"-1", "-0"});
}

TEST_CASE("random names are new ones")
{
    Deployment wanted = deployment(1000);
    wanted.naming = Naming::random;
    const Plan plan = planned(wanted, {});
    std::set<std::string> names;
    for (const Action& action : plan.actions) {
        CHECK(action.name.starts_with("web-"));
        CHECK(action.name.size() == 9);
        names.insert(action.name);
    }
    CHECK(names.size() == 1000);
    wanted.replicas = 2;
    Instance there = replica(0);
    there.name = plan.actions[0].name; // drawn from the same number
    const Plan again = planned(wanted, {there});
    REQUIRE(again.actions.size() == 1);
    CHECK(again.actions[0].name != there.name);
}

TEST_CASE("one that has ended is removed and replaced at once, under its number")
{
    const Plan plan = planned(deployment(2), {dead(0, 1h), replica(1)}, done());
    CHECK(brief(plan) == Words{"-0", "+0"});
    CHECK(reason(plan) == "it ended with status 137");
    CHECK(reason(plan, 1) == "1 of 2 is missing");
    CHECK(plan.memory.failures == 0);
    Instance lost = dead(0, 1h);
    lost.exit_code.reset();
    lost.trouble = "evicted";
    CHECK(reason(planned(deployment(1), {lost})) == "it ended: evicted");
}

TEST_CASE("a change has not succeeded as long as its replicas may be of those that die at once")
{
    Deployment wanted = deployment(2);
    wanted.rolling.progress_deadline = 2s;
    const Plan begun = planned(wanted, {replica(0, "new", 1s), replica(1, "new", 1s)});
    CHECK(begun.phase == Phase::running);
    CHECK_FALSE(begun.memory.done);
    CHECK(begun.look_again.has_value());
    const std::vector<Instance> living{replica(0, "new", 0s), replica(1, "new", 0s)};
    const Plan later = planned(wanted, living, begun.memory, now + 5s);
    CHECK(later.failure.empty());
    CHECK(planned(wanted, living, later.memory, now + 10s).memory.done);

    // They are there for a moment each time, also after a long pause.
    Memory memory = begun.memory;
    memory.failures = 2;
    memory.last_failure = now - 20s;
    const Plan tried = planned(wanted, {replica(0, "new", 0s), replica(1, "new", 0s)}, memory);
    CHECK(tried.memory.failures == 2);
    const Plan ended = planned(wanted, {dead(0, 0s), dead(1, 0s)}, tried.memory);
    CHECK(ended.phase == Phase::degraded);
    CHECK_FALSE(ended.failure.empty());
}

TEST_CASE("the first two that die soon are replaced at once, the next ones after growing pauses")
{
    const Deployment wanted = deployment(1);
    Memory memory = done();
    WallTime when = now;
    const Duration pauses[] = {0s, 0s, 1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 300s, 300s};
    for (std::size_t i = 0; i < std::size(pauses); ++i) {
        Instance victim = dead(0, 3s);
        victim.id = "victim " + std::to_string(i);
        victim.exit_code = 3;
        victim.trouble = "no such port";
        victim.started = when - 3s;
        victim.ended = when;
        const Plan seen = planned(wanted, {victim}, memory, when);
        CAPTURE(i);
        CHECK(seen.memory.failures == static_cast<std::int64_t>(i) + 1);
        CHECK(brief(seen) == (pauses[i] == 0s ? Words{"-0", "+0"} : Words{"-0"}));
        CHECK(planned(wanted, {victim}, seen.memory, when).memory.failures == seen.memory.failures); // once each
        CHECK((seen.phase == Phase::degraded) == (i >= 2));
        memory = seen.memory;
        if (pauses[i] == 0s)
            continue;
        const Plan early = planned(wanted, {}, memory, when + pauses[i] - 1ms);
        CHECK(early.actions.empty());
        CHECK(early.look_again == Duration{1ms});
        const Plan due = planned(wanted, {}, memory, when + pauses[i]);
        CHECK(brief(due) == Words{"+0"});
        memory = due.memory;
        when += pauses[i] + 3s;
    }
}

TEST_CASE("people are told of those that die, of the last one and of the next try")
{
    Memory memory = done();
    memory.failures = 3;
    memory.last_failure = now - 1h;
    Instance victim = dead(0, 3s);
    victim.exit_code = 3;
    victim.trouble = "no such port";
    const Plan plan = planned(deployment(1), {victim}, memory);
    CHECK(plan.phase == Phase::degraded);
    CHECK(plan.message == "its replicas die soon after their start (4 in a row; the last: no such port): "
                          "the next try is at " +
                              timestamp(now + 2s));
    CHECK(plan.look_again == Duration{1s}); // it has something to do
    CHECK(planned(deployment(1), {}, plan.memory).look_again == Duration{2s});
}

TEST_CASE("several that die at once are one failure")
{
    const Plan plan = planned(deployment(3), {dead(0, 1s), dead(1, 1s), dead(2, 2s)}, done());
    CHECK(plan.memory.failures == 1);
    CHECK(brief(plan) == Words{"-0", "-1", "-2", "+0", "+1", "+2"});
}

TEST_CASE("one that has never started has died at once")
{
    Instance created = dead(0, 1h);
    created.started.reset();
    CHECK(planned(deployment(1), {created}, done()).memory.failures == 1);
}

TEST_CASE("one that lives for long ends the row of failures")
{
    Memory memory = done();
    memory.failures = 5;
    memory.last_failure = now - 20s;
    CHECK(planned(deployment(2), {replica(0, "new", 9s)}, memory).memory.failures == 5);
    CHECK(planned(deployment(2), {replica(0, "new", 9s)}, memory).look_again == Duration{1s});
    CHECK(planned(deployment(2), {replica(0, "new", 10s)}, memory).memory.failures == 0);
    CHECK(planned(deployment(2), {replica(0, "new", 1h)}, memory).memory.failures == 5); // not since the failure
    CHECK(planned(deployment(1), {replica(0, "new", 1h)}, memory).memory.failures == 0); // all are well
    Instance unready = replica(0, "new", 15s);
    unready.ready = false;
    CHECK(planned(deployment(2), {unready}, memory).memory.failures == 5);
}

TEST_CASE("one that dies after a long life is replaced at once though others die soon")
{
    Memory memory = done();
    memory.failures = 8;
    memory.last_failure = now - 1s;
    const Plan plan = planned(deployment(3), {dead(0, 1h), replica(1)}, memory);
    CHECK(brief(plan) == Words{"-0", "+0"});
    CHECK(plan.memory.failures == 8);
}

TEST_CASE("another template forgets the failures of the one before")
{
    Memory memory = done("old");
    memory.failures = 8;
    memory.last_failure = now;
    const Plan plan = planned(deployment(1), {dead(0, 1s, "old")}, memory);
    CHECK(brief(plan) == Words{"-0", "+0"});
    CHECK(plan.memory.failures == 0);
    CHECK_FALSE(plan.memory.done);
}

TEST_CASE("unhealthy ones are replaced, not more at a time than may be unavailable")
{
    Deployment wanted = deployment(3);
    const Plan one = planned(wanted, {unhealthy(0), replica(1), replica(2)}, done());
    CHECK(brief(one) == Words{"-0", "+0"});
    CHECK(reason(one) == "it is unhealthy: 404");
    CHECK(brief(planned(wanted, {unhealthy(0), unhealthy(1), unhealthy(2)}, done())) == Words{"-2", "+2"});
    CHECK(brief(planned(wanted, {unhealthy(0), unhealthy(1), starting(2)}, done())).empty());
    wanted.rolling.max_unavailable = 2;
    CHECK(brief(planned(wanted, {unhealthy(0), unhealthy(1), starting(2)}, done())) == Words{"-1", "+1"});
    wanted.rolling.max_unavailable = 0;
    CHECK(brief(planned(wanted, {unhealthy(0), replica(1), replica(2)}, done())) == Words{"-0", "+0"});
}

TEST_CASE("those that were never well are failures, too")
{
    Deployment wanted = deployment(1);
    wanted.replica.health = HealthCheck{{"true"}, 1s, 1s, 2};
    const auto never_well = [&](Duration age) {
        Instance instance = unhealthy(0);
        instance.print = print_of(wanted.replica);
        instance.started = now - age;
        return instance;
    };
    Memory memory;
    memory.print = print_of(wanted.replica);
    CHECK(planned(wanted, {never_well(13s)}, memory).memory.failures == 1);
    CHECK(planned(wanted, {never_well(14s)}, memory).memory.failures == 0);
    memory.failures = 4;
    memory.last_failure = now;
    const Plan plan = planned(wanted, {never_well(5s)}, memory);
    CHECK(plan.actions.empty()); // it is not its turn: nothing could come in its place
    CHECK(plan.memory.failures == 5);
    CHECK(plan.memory.last_end == "unhealthy: 404");
}

TEST_CASE("a new template begins with new ones beside the old ones")
{
    const Plan first = planned(deployment(1), {replica(0, "old")});
    CHECK(brief(first) == Words{"+1"});
    CHECK(reason(first) == "one of another template is to be replaced");
    CHECK(first.phase == Phase::updating);
    CHECK(first.message == "0 of 1 are of the wanted template and ready");
    CHECK(brief(planned(deployment(1), {replica(0, "old"), starting(1)})).empty());
    const Plan last = planned(deployment(1), {replica(0, "old"), replica(1)});
    CHECK(brief(last) == Words{"-0"});
    CHECK(reason(last) == "its template is not the wanted one");
}

TEST_CASE("one whose template is not known says why it goes")
{
    Instance stranger = replica(0);
    stranger.print.clear();
    stranger.trouble = "the colony does not know its executor";
    CHECK(reason(planned(deployment(1), {stranger, replica(1)})) == stranger.trouble);
}

TEST_CASE("the limits of a change are kept")
{
    struct Row {
        std::int64_t replicas;
        std::int64_t surge;
        std::int64_t unavailable;
        std::vector<Instance> there;
        Words actions;
    };
    const std::vector<Instance> three{replica(0, "old"), replica(1, "old"), replica(2, "old")};
    const Row rows[] = {
        {3, 1, 1, three, {"+3", "-2", "+2"}},
        {3, 1, 0, three, {"+3"}},
        {3, 0, 1, three, {"-2", "+2"}},
        {3, 2, 0, three, {"+3", "+4"}},
        {3, 3, 3, three, {"+3", "+4", "+5", "-2", "-1"}}, // with a surge one stays
        {3, 0, 3, three, {"-2", "-1", "-0", "+0", "+1", "+2"}},
        {1, 0, 1, {replica(0, "old")}, {"-0", "+0"}},
        {1, 1, 1, {replica(0, "old")}, {"+1"}},
        {3, 1, 0, {replica(0, "old"), replica(1, "old"), replica(2, "old"), replica(3)}, {"-2", "+2"}},
        {3, 1, 0, {replica(0, "old"), replica(1, "old"), replica(2, "old"), starting(3)}, {}},
        {3, 1, 1, {starting(0, "old"), unhealthy(1, "old"), replica(2, "old")}, {"-1", "-0", "+0", "+1", "+3"}},
        {2, 1, 1, three, {"-2", "-1", "+1", "+2"}}, // smaller and new at once
        {5, 1, 1, three, {"+3", "+4", "+5"}},       // larger and new at once
        {0, 1, 1, three, {"-2", "-1", "-0"}},
    };
    for (const Row& row : rows) {
        Deployment wanted = deployment(row.replicas);
        wanted.rolling.max_surge = row.surge;
        wanted.rolling.max_unavailable = row.unavailable;
        CAPTURE(row.replicas);
        CAPTURE(row.surge);
        CAPTURE(row.unavailable);
        CHECK(brief(planned(wanted, row.there)) == row.actions);
    }
}

TEST_CASE("a new one counts when it has been ready for long enough")
{
    Deployment wanted = deployment(1);
    wanted.rolling.min_ready = 30s;
    const Plan plan = planned(wanted, {replica(0, "old"), replica(1, "new", 10s)}, done("old"));
    CHECK(plan.actions.empty());
    CHECK(plan.look_again == Duration{20s});
    CHECK(brief(planned(wanted, {replica(0, "old"), replica(1, "new", 30s)})) == Words{"-0"});
    const Plan fresh = planned(wanted, {replica(0, "new", 10s)});
    CHECK(fresh.phase == Phase::pending);
    CHECK(fresh.look_again == Duration{20s});
}

TEST_CASE("the first one counts when it has been ready for a second, the others at once")
{
    const Deployment wanted = deployment(1);
    const Plan young = planned(wanted, {replica(0, "old"), replica(1, "new", 400ms)}, done("old"));
    CHECK(young.actions.empty());
    CHECK(young.look_again == Duration{600ms});
    CHECK(brief(planned(wanted, {replica(0, "old"), replica(1, "new", 1s)}, done("old"))) == Words{"-0"});
    const Plan first = planned(wanted, {replica(0, "new", 400ms)});
    CHECK(first.phase == Phase::pending);
    CHECK(first.message == "1 of 1 is ready, not yet for long enough");
    CHECK(planned(wanted, {replica(0, "new", 400ms)}, done()).phase == Phase::running);
    const std::vector<Instance> two{replica(0, "old"), replica(1, "new", 1s), replica(2, "new", 0s)};
    CHECK(brief(planned(deployment(2), two, done("old"))) == Words{"-0"});
    const Plan failed = planned(deployment(2), {replica(1, "new", 5s), dead(2, 0s)}, done());
    CHECK_FALSE(failed.memory.tried); // from then on it is to be proved again
}

TEST_CASE("how long one has been ready is told by our own clock, but at the first look by that of its runtime")
{
    const Deployment wanted = deployment(1);
    const std::vector<Instance> there{replica(0, "old"), replica(1)}; // started an hour ago, it says
    Memory memory = done("old");
    memory.ready_since = {{there[0].id, now - 1h}};
    const Plan plan = planned_as_is(wanted, there, memory);
    CHECK(plan.actions.empty());
    CHECK(brief(planned_as_is(wanted, there, plan.memory, now + 1s)) == Words{"-0"});
    CHECK(brief(planned_as_is(wanted, there, {})) == Words{"-0"});
    Instance unready = there[1];
    unready.ready = false;
    const Plan lapse = planned_as_is(wanted, {there[0], unready}, plan.memory, now + 1s);
    CHECK(planned_as_is(wanted, there, lapse.memory, now + 2s).actions.empty()); // it counts anew
    std::vector<Instance> tomorrow{replica(1)};
    tomorrow[0].started = now + 24h;
    CHECK(planned_as_is(wanted, tomorrow, {}).look_again == Duration{1s});
}

TEST_CASE("those of another runtime are old, whatever their template")
{
    Deployment wanted = deployment(2);
    wanted.runtime = Runtime::local;
    std::vector<Instance> there{replica(0), replica(1)};
    const Plan plan = planned(wanted, there, done());
    CHECK(brief(plan) == Words{"+2", "-1", "+1"});
    CHECK(plan.actions[0].runtime == Runtime::local);
    CHECK(plan.actions[1].runtime == Runtime::docker);
    CHECK(reason(plan, 1) == "it runs on docker, not on local");
    CHECK(plan.phase == Phase::updating);
    const Object status = status_of(wanted, there, plan, now);
    CHECK(part<std::int64_t>(status, "updated") == 0);
    CHECK(part<std::string>(*part<Array>(status, "instances")[0].get<Object>(), "type") == "container");
}

TEST_CASE("all that is to come can be foreseen")
{
    const auto foreseen_words = [](const Deployment& wanted, const std::vector<Instance>& there, const Memory& memory) {
        Plan all;
        all.actions = foreseen({.wanted = wanted, .there = there, .memory = memory, .now = now});
        return brief(all);
    };
    CHECK(foreseen_words(deployment(2), {}, {}) == Words{"+0", "+1"});
    CHECK(foreseen_words(deployment(2), {replica(0), replica(1)}, done()).empty());
    const std::vector<Instance> old{replica(0, "old"), replica(1, "old"), replica(2, "old")};
    Deployment wanted = deployment(3);
    wanted.rolling.max_unavailable = 0;
    CHECK(foreseen_words(wanted, old, done("old")) == Words{"+3", "-2", "+2", "-1", "+1", "-0"});
    Memory crashing;
    crashing.print = print("new");
    crashing.failures = 7;
    crashing.last_failure = now;
    CHECK(foreseen_words(deployment(1), {dead(0, 1s)}, crashing) == Words{"-0", "+0"}); // when its pause has ended
    CHECK(foreseen_words(wanted, {starting(0), replica(1, "old"), replica(2, "old")}, done("old")) ==
          Words{"+3", "-2", "+2", "-1"});
    wanted.paused = true;
    CHECK(foreseen_words(wanted, old, done("old")).empty());
    wanted.rolling = {};
    wanted.paused = false;
    wanted.replicas = 200;
    std::vector<Instance> many;
    for (int i = 0; i < 200; ++i)
        many.push_back(replica(i, "old"));
    CHECK(foreseen_words(wanted, many, done("old")).size() == 400);
}

TEST_CASE("while new ones die nothing more of the old is given up")
{
    Memory memory;
    memory.print = print("new");
    memory.failures = 2;
    memory.last_failure = now;
    memory.last_progress = now;
    const std::vector<Instance> old{replica(0, "old"), replica(1, "old"), replica(2, "old")};
    const Plan plan = planned(deployment(3), old, memory);
    CHECK(plan.actions.empty());
    CHECK(plan.phase == Phase::updating);
    CHECK(plan.failure.empty());
}

TEST_CASE("a change has failed when new ones die again and again")
{
    Memory memory;
    memory.print = print("new");
    memory.failures = 2;
    memory.last_failure = now - 1s;
    memory.last_progress = now - 10s;
    const std::vector<Instance> there{replica(0, "old"), dead(1, 1s)};
    const Deployment wanted = deployment(1);
    const Plan plan = planned(wanted, there, memory);
    CHECK_FALSE(plan.failure.empty());
    CHECK(plan.phase == Phase::degraded);
    CHECK(brief(plan) == Words{"-1"});
    CHECK_FALSE(planned(wanted, {dead(1, 1s)}, memory).failure.empty()); // at the first creation as well
    memory.done = true;
    CHECK(planned(wanted, there, memory).failure.empty()); // what was well once is no failed change
}

TEST_CASE("a change has failed when none more becomes ready in time")
{
    Deployment wanted = deployment(3);
    wanted.rolling.max_unavailable = 0;
    const std::vector<Instance> there{replica(0), starting(1), replica(2, "old"), replica(3, "old")};
    const Plan first = planned(wanted, there);
    CHECK(first.memory.most_ready == 1);
    CHECK(first.memory.last_progress == now);
    CHECK(first.look_again == Duration{5min});
    const Plan early = planned(wanted, there, first.memory, now + 5min - 1s);
    CHECK(early.look_again == Duration{1s});
    CHECK(early.phase == Phase::updating);
    const Plan late = planned(wanted, there, first.memory, now + 5min);
    CHECK_FALSE(late.failure.empty());
    CHECK(late.phase == Phase::degraded);
    CHECK(late.message == "none more became ready within 5 m 00 s (3 of 3 are ready)");
    const std::vector<Instance> better{replica(0), replica(1), replica(2, "old"), replica(3, "old")};
    CHECK(planned(wanted, better, first.memory, now + 4min).memory.last_progress == now + 4min);
}

TEST_CASE("a first creation that never becomes ready has failed, one that was ready once has not")
{
    const Deployment wanted = deployment(1);
    Instance stuck = starting(0);
    stuck.trouble = "no such image";
    const Plan first = planned(wanted, {stuck});
    CHECK(first.phase == Phase::pending);
    CHECK(first.message == "0 of 1 are ready; web-1a2b3c4d-0: no such image");
    CHECK_FALSE(planned(wanted, {stuck}, first.memory, now + 5min).failure.empty());
    const Plan later = planned(wanted, {stuck}, done());
    CHECK(later.failure.empty());
    CHECK(later.phase == Phase::scaling);
}

TEST_CASE("while it is paused nothing is done, and no deadline passes")
{
    Deployment wanted = deployment(3);
    wanted.paused = true;
    const Plan plan = planned(wanted, {replica(0, "old"), dead(1, 1s)}, done("old"), now + 1h);
    CHECK(plan.actions.empty());
    CHECK(plan.phase == Phase::paused);
    CHECK(plan.message == "nothing is changed while it is paused (1 of 3 is ready)");
    CHECK_FALSE(plan.look_again.has_value());
    CHECK(plan.memory.last_progress == now + 1h);
}

TEST_CASE("one that is to go loses all, whatever they are")
{
    Deployment wanted = deployment(3);
    wanted.paused = true;
    const std::vector<Instance> there{replica(0), dead(1, 1s), starting(2, "old")};
    const Memory memory;
    const Plan plan =
        reconcile::plan({.wanted = wanted, .there = there, .memory = memory, .now = now, .deleting = true});
    CHECK(brief(plan) == Words{"-0", "-1", "-2"});
    CHECK(reason(plan) == "its document is deleted");
    CHECK(plan.phase == Phase::deleting);
    CHECK(plan.message == "3 are left");
    const std::vector<Instance> nothing;
    const Plan last =
        reconcile::plan({.wanted = wanted, .there = nothing, .memory = memory, .now = now, .deleting = true});
    CHECK(last.actions.empty());
    CHECK(last.phase == Phase::deleted);
}

TEST_CASE("the status says how all is")
{
    Deployment wanted = deployment(3);
    wanted.generation = 4;
    Instance executor = replica(0);
    executor.executor = "web-1a2b3c4d-0-4";
    executor.generation = 4;
    executor.image = "nginx";
    const std::vector<Instance> there{executor, replica(1, "old"), starting(2), dead(3, 1h)};
    const Plan plan = planned(wanted, there);
    const Object status = status_of(wanted, there, plan, now);
    const auto number = [&](std::string_view name) { return part<std::int64_t>(status, name); };
    CHECK(part<std::string>(status, "name") == "web");
    CHECK(part<std::string>(status, "kind") == "ExecutorDeployment");
    CHECK(part<std::string>(status, "phase") == "Updating");
    CHECK(number("generation") == 4);
    CHECK(number("observedGeneration") == 4);
    CHECK(number("replicas") == 3);
    CHECK(number("ready") == 2);
    CHECK(number("updated") == 2);
    CHECK(number("runningInstances") == 2);
    CHECK(number("stoppedInstances") == 1);
    CHECK(number("totalInstances") == 4);
    CHECK(part<std::string>(status, "lastUpdated") == "1970-02-11T16:00:00.000Z");
    const auto rows = part<Array>(status, "instances");
    REQUIRE(rows.size() == 4);
    CHECK(*rows[0].get<Object>() == Object{{"id", "id-0new"},
                                           {"name", "web-1a2b3c4d-0"},
                                           {"type", "container"},
                                           {"state", "running"},
                                           {"ready", true},
                                           {"generation", 4},
                                           {"executor", "web-1a2b3c4d-0-4"},
                                           {"image", "nginx"},
                                           {"created", "1970-02-11T15:00:00.000Z"},
                                           {"lastCheck", "1970-02-11T16:00:00.000Z"}});
    CHECK(part<std::int64_t>(*rows[3].get<Object>(), "exitCode") == 137);
    CHECK(part<std::string>(*rows[3].get<Object>(), "state") == "stopped");
    CHECK(part<std::string>(*rows[2].get<Object>(), "state") == "starting");
}
