#include "app/script_reconciler.hpp"

#include "result_text.hpp"
#include "script_world.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <utility>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

// A script whose world is a tank; `trouble` is what its functions raise, `answer` what they give.
constexpr const char* tanks = R"lua(
local forager = require "forager"
local tank = { forced = 0 }

forager.reconciler {
  kind = "Tank",
  every = "20s",
  timeout = "10s",
  schema = { required = { "level" }, properties = { level = { type = "integer" }, unit = { default = "litre" } } },
  actual = function(ctx, desired)
    if tank.trouble == "slow" then
      ctx:sleep "1h"
    elseif tank.trouble then
      error { code = "unreachable", message = tank.trouble }
    end
    return tank.level and { level = tank.level, unit = desired.unit }
  end,
  apply = function(_, desired, actual)
    tank.forced = tank.forced + (actual and actual.level == desired.level and 1 or 0)
    tank.level = desired.level
    return tank.answer
  end,
  delete = function()
    tank.level = nil
    return tank.answer
  end,
}

forager.func {
  name = "tank.set",
  run = function(_, name, value)
    if value == forager.null then
      value = nil
    end
    tank[name] = value
  end,
}
forager.func {
  name = "tank.get",
  run = function(_, name)
    return tank[name]
  end,
}
)lua";

struct Tank {
    Tank()
    {
        scripting::Script& script = world.script(tanks, ScriptWorld::Mode::load);
        REQUIRE(world.run(script.run_main(world.invocation, world.observer)));
        reconciler = std::make_unique<ScriptReconciler>(
            ScriptReconciler::Parts{world.io.get_executor(), script.reconcilers.at(0), [this](Invocation invocation) {
                                        calls.push_back(invocation.label + " for " + invocation.source);
                                        return world.scheduler.call(std::move(invocation));
                                    }});
        document = reconcile::Document{};
        document.key = {"", "", "Tank", "north"};
        want(5);
    }

    void want(int level)
    {
        reconcile::Revision revision;
        revision.generation = static_cast<std::int64_t>(document.revisions.size()) + 1;
        revision.spec = Object{{"level", level}};
        document.given = Object{{"kind", "Tank"}, {"metadata", Object{{"name", "north"}}}, {"spec", revision.spec}};
        document.revisions.push_back(std::move(revision));
    }

    // The next pass, whose status is kept as the keeper does.
    ReconcilePass pass()
    {
        auto passed = world.run(reconciler->pass(document));
        REQUIRE(passed);
        document.status = passed->status;
        return std::move(*passed);
    }

    void set(const std::string& name, Value value)
    {
        REQUIRE(world.call(calling("tank.set", {name, std::move(value)})));
    }
    Value get(const std::string& name) { return as_one(world.call(calling("tank.get", {name})).value()); }

    std::string phase() const { return part<std::string>(document.status, "phase"); }

    ScriptWorld world;
    std::vector<std::string> calls;
    std::unique_ptr<ScriptReconciler> reconciler;
    reconcile::Document document;
};

using Sentences = std::vector<std::string>;

} // namespace

TEST_CASE("a pass of a script makes it so once, and says why")
{
    Tank tank;
    const ReconcilePass first = tank.pass();
    CHECK(first.good);
    CHECK(first.done == Sentences{"applied: there is nothing yet"});
    CHECK(first.status == Object{{"name", "north"},
                                 {"kind", "Tank"},
                                 {"phase", "Running"},
                                 {"message", ""},
                                 {"generation", 1},
                                 {"observedGeneration", 1}});
    CHECK(tank.get("level") == Value{5});
    const ReconcilePass second = tank.pass();
    CHECK(second.good);
    CHECK(second.done.empty());
    tank.set("level", 4);
    CHECK(tank.pass().done == Sentences{"applied: spec.level differs"});
    CHECK(tank.calls.front() == "Tank/north for reconcile");
    CHECK(tank.reconciler->resync() == 20s);
}

TEST_CASE("what a script's apply gives stands in the status until it gives something else")
{
    Tank tank;
    tank.set("answer", Object{{"phase", "Pending"}, {"message", "it fills"}, {"pump", 3}, {"generation", 99}});
    const ReconcilePass first = tank.pass();
    CHECK_FALSE(first.good);
    CHECK(first.look_again == 5s);
    CHECK(tank.phase() == "Pending");
    CHECK(part<std::int64_t>(first.status, "pump") == 3);
    CHECK(part<std::int64_t>(first.status, "generation") == 1);
    const ReconcilePass second = tank.pass();
    CHECK(second.good);
    CHECK(tank.phase() == "Running");
    CHECK(part<std::string>(second.status, "message").empty());
    CHECK(part<std::int64_t>(second.status, "pump") == 3);
}

TEST_CASE("what a script raises is a problem to be tried again, and its status says so")
{
    Tank tank;
    tank.pass();
    tank.want(7);
    tank.set("trouble", "the pipe is away");
    const ReconcilePass failed = tank.pass();
    CHECK(failed.problem.ends_with("the pipe is away"));
    CHECK_FALSE(failed.good);
    CHECK(failed.failure.empty());
    CHECK(tank.phase() == "Degraded");
    CHECK(part<std::string>(failed.status, "message") == "the pipe is away");
    CHECK(part<std::int64_t>(failed.status, "generation") == 2);
    CHECK(part<std::int64_t>(failed.status, "observedGeneration") == 1);
    tank.set("trouble", nullptr);
    const ReconcilePass healed = tank.pass();
    CHECK(healed.problem.empty());
    CHECK(healed.done == Sentences{"applied: spec.level differs"});
    CHECK(part<std::int64_t>(healed.status, "observedGeneration") == 2);
}

TEST_CASE("a pass of a script ends after its time")
{
    Tank tank;
    tank.set("trouble", "slow");
    const auto began = tank.world.clock.now();
    const ReconcilePass late = tank.pass();
    CHECK(late.problem == "reconciler.Tank did not end within 10 s");
    CHECK(tank.world.clock.now() - began < 1min);
}

TEST_CASE("a deleted document of a script is gone when its delete says no other")
{
    Tank tank;
    tank.pass();
    tank.document.deleting = true;
    tank.set("answer", Object{{"phase", "Draining"}});
    const ReconcilePass slow = tank.pass();
    CHECK_FALSE(slow.gone);
    CHECK(slow.look_again == 5s);
    CHECK(tank.phase() == "Draining");
    tank.set("answer", nullptr);
    const ReconcilePass gone = tank.pass();
    CHECK(gone.gone);
    CHECK(tank.phase() == "Deleted");
    CHECK(gone.done == Sentences{"deleted: it is not wanted any more"});
}

TEST_CASE("a paused document of a script is left as it is, but for its deletion")
{
    Tank tank;
    tank.document.paused = true;
    CHECK_FALSE(tank.pass().good);
    CHECK(tank.phase() == "Paused");
    CHECK(tank.calls.empty());
    tank.document.deleting = true;
    CHECK(tank.pass().gone);
}

TEST_CASE("a script applies once more when somebody asks for it")
{
    Tank tank;
    tank.pass();
    tank.document.forced = 1;
    CHECK(tank.pass().done == Sentences{"applied: somebody asked for it"});
    CHECK(tank.pass().done.empty());
    CHECK(tank.get("forced") == Value{1});
}

TEST_CASE("a script whose state is never like the spec is told of once")
{
    Tank tank;
    tank.set("level", 1);
    CHECK(tank.pass().done.size() == 1);
    tank.set("level", 1);
    CHECK(tank.pass().done.empty());
    CHECK(tank.pass().done.empty());
    tank.set("level", 1);
    CHECK(tank.pass().done.size() == 1);
}

TEST_CASE("a preview calls what looks, and nothing else")
{
    Tank tank;
    const auto preview = [&] {
        const auto previewed = tank.world.run(tank.reconciler->preview(tank.document));
        REQUIRE(previewed);
        REQUIRE(previewed->size() == 1);
        return *previewed->front().get<Object>();
    };
    CHECK(preview() == Object{{"action", "apply"}, {"name", "north"}, {"reason", "there is nothing yet"}});
    CHECK(tank.get("level").is_null());
    tank.pass();
    CHECK(part<std::string>(preview(), "action") == "nothing");
    tank.document.deleting = true;
    CHECK(part<std::string>(preview(), "action") == "delete");
    tank.document.deleting = false;
    tank.set("trouble", "the pipe is away");
    const auto failed = tank.world.run(tank.reconciler->preview(tank.document));
    REQUIRE_FALSE(failed);
    CHECK(failed.error().code == Errc::unreachable);
}

TEST_CASE("a document is checked by the script's schema")
{
    const Tank tank;
    const auto check = [&](const Value& spec) {
        return tank.reconciler->check({{"kind", "Tank"}, {"metadata", Object{{"name", "x"}}}, {"spec", spec}}, false);
    };
    CHECK(check(Object{{"level", 3}}));
    const auto text = check(Object{{"level", "full"}});
    REQUIRE_FALSE(text);
    CHECK(text.error().code == Errc::bad_arguments);
    CHECK(part<std::string>(text.error().details, "field") == "spec.level");
    CHECK_FALSE(check(Object{}));
    CHECK_FALSE(check("x"));
    CHECK_FALSE(check(nullptr));
}

TEST_CASE("a script is listened to for as long as somebody does")
{
    Tank tank;
    ScriptWorld& world = tank.world;
    Begun<Failure> begun;
    world.begin(begun, tank.reconciler->watch([](const reconcile::Key&) {}));
    world.clock.run_for(world.io, 1h);
    CHECK_FALSE(begun.ended());
    begun.cancel();
    world.finish(begun);
    CHECK(begun.thrown);
}
