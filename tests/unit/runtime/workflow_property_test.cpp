#include "runtime/workflow_runner.hpp"

#include "result_text.hpp"
#include "workflow_builder.hpp"
#include "world.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>

using namespace forager;
using namespace forager::test;

namespace {

using Engine = std::mt19937_64;

std::size_t below(Engine& engine, std::size_t bound)
{
    return std::uniform_int_distribution<std::size_t>{0, bound - 1}(engine);
}

struct Plan {
    Duration pause{};
    bool fails = false;
};

// A random graph, how each of its tasks will fare, and what really happened.
struct Experiment {
    explicit Experiment(std::uint64_t seed) : engine{seed}, world{seed}
    {
        workflow.name = "random";
        workflow.concurrency = 1 + below(engine, 8);
        const std::size_t count = below(engine, 25);
        for (std::size_t i = 0; i < count; ++i)
            add_task(i);
        std::ranges::shuffle(workflow.tasks, engine);
    }

    void add_task(std::size_t number)
    {
        const std::string name = "t" + std::to_string(number);
        WorkflowTask one = task(name, "x." + name);
        for (std::size_t other = 0; other < number; ++other)
            if (below(engine, 5) == 0)
                one.after.push_back("t" + std::to_string(other));
        one.go_on = below(engine, 3) == 0;
        plans[name] = {std::chrono::seconds{below(engine, 4)}, below(engine, 8) == 0};
        workflow.tasks.push_back(one);
        world.add(one.function, std::make_shared<ScriptedHandler>([this, name](const Invocation&, std::vector<Value>) {
                      return perform(this, name);
                  }));
    }

    static boost::asio::awaitable<Outcome> perform(Experiment* self, std::string name)
    {
        self->begun.push_back(name);
        self->ended_before[name] = self->ended;
        co_await sleep_for(self->world.clock, self->plans[name].pause);
        self->ended.insert(name);
        if (!self->plans[name].fails)
            co_return one(name);
        if (self->first_failure.empty() && !self->find(name).go_on)
            self->first_failure = name;
        co_return Failure{Errc::exit, name};
    }

    const WorkflowTask& find(const std::string& name) const
    {
        return *std::ranges::find(workflow.tasks, name, &WorkflowTask::name);
    }

    bool can_run(const WorkflowTask& one) const
    {
        return std::ranges::all_of(one.after, [this](const std::string& name) {
            const WorkflowTask& other = find(name);
            return can_run(other) && (!plans.at(name).fails || other.go_on);
        });
    }

    Engine engine;
    World world;
    Workflow workflow = named("random");
    std::map<std::string, Plan> plans;
    std::vector<std::string> begun;
    std::set<std::string> ended;
    std::map<std::string, std::set<std::string>> ended_before;
    std::string first_failure;
};

void check_order(const Experiment& experiment)
{
    const std::set<std::string> distinct(experiment.begun.begin(), experiment.begun.end());
    REQUIRE(distinct.size() == experiment.begun.size());
    for (const WorkflowTask& one : experiment.workflow.tasks) {
        REQUIRE(distinct.contains(one.name) == experiment.can_run(one));
        for (const std::string& name : one.after)
            if (distinct.contains(one.name))
                REQUIRE(experiment.ended_before.at(one.name).contains(name));
    }
}

void check_outcome(const Experiment& experiment, const Outcome& outcome)
{
    if (!experiment.first_failure.empty()) {
        REQUIRE_FALSE(outcome);
        REQUIRE(outcome.error().code == Errc::exit);
        REQUIRE(*outcome.error().details.find("task") == Value{experiment.first_failure});
        return;
    }
    Object expected;
    for (const WorkflowTask& one : experiment.workflow.tasks)
        expected.append(one.name, experiment.plans.at(one.name).fails ? Value{} : Value{one.name});
    REQUIRE(outcome.value().at(0) == Value{expected});
}

} // namespace

TEST_CASE("in a thousand random graphs every task runs at most once, in order, and the outcome is the right one")
{
    std::size_t failed = 0;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        CAPTURE(seed);
        Experiment experiment{seed};
        const Invocation parent = calling("run");
        const Outcome outcome =
            experiment.world.run(experiment.world.runner.run(experiment.workflow, parent, experiment.world.observer));
        check_order(experiment);
        check_outcome(experiment, outcome);
        failed += outcome ? 0 : 1;
    }
    // Both ends are common, or the graphs prove nothing.
    CHECK(failed > 200);
    CHECK(failed < 800);
}

TEST_CASE("the same seed gives the same run of a workflow, event by event")
{
    const auto trace = [](std::uint64_t seed) {
        Experiment experiment{seed};
        const Invocation parent = calling("run");
        (void)experiment.world.run(experiment.world.runner.run(experiment.workflow, parent, experiment.world.observer));
        return experiment.world.observer.trace;
    };
    for (std::uint64_t seed = 1; seed < 20; ++seed)
        CHECK(trace(seed) == trace(seed));
    CHECK(trace(1) != trace(2));
}
