#include "monitor_world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

using Said = std::vector<std::string>;

Monitor declared(const std::string& name, Object options)
{
    options.set("name", name);
    options.set("call", "f.f");
    options.set("owner", "script.lua");
    return monitor_of(options).value();
}

} // namespace

TEST_CASE("a container that ends is told at once, and that it is back")
{
    MonitorWorld world;
    world.engine.containers["web"] = {};
    world.begin();
    CHECK(world.add({{"container", "web"}, {"kwargs", Object{{"channel", "c"}}}}).value());
    CHECK(world.said().empty());
    const TimePoint before = world.clock.now();
    world.engine.die("web", "3");
    world.pass(0s);
    CHECK(world.clock.now() == before);
    REQUIRE(world.said() == Said{"web:exited"});
    const Object& event = world.queue.events.front();
    CHECK(part<std::string>(event, "monitor") == "web");
    CHECK_FALSE(part<bool>(event, "ok"));
    CHECK(part<std::string>(event, "reason") == "it is exited with status 3");
    CHECK(part<std::int64_t>(event, "exit_code") == 3);
    CHECK(part<std::int64_t>(event, "changes") == 1);
    CHECK(part<double>(event, "time") > 1.7e9);
    const Submission& submission = world.queue.submissions.front();
    CHECK(submission.invocation.function == "f.f");
    CHECK(submission.invocation.kwargs == Object{{"channel", "c"}});
    CHECK(submission.order_key == "monitor web");
    world.engine.start("web");
    world.pass(0s);
    CHECK(world.said() == Said{"web:exited", "web:running"});
    CHECK(part<bool>(world.queue.events.back(), "ok"));
    const auto list = world.source->list();
    REQUIRE(list.size() == 1);
    CHECK(list.front().ok == true);
    CHECK(list.front().events == 2);
}

TEST_CASE("one that is not there is told as missing, by its name or its id")
{
    MonitorWorld world;
    world.begin();
    const std::string id(64, 'a');
    REQUIRE(world.add({{"container", "nobody"}, {"name", "n"}}));
    REQUIRE(world.add({{"container", id}, {"name", "i"}}));
    REQUIRE(world.said().size() == 2);
    CHECK(part<std::string>(world.queue.events[0], "status") == "missing");
    CHECK(part<std::string>(world.queue.events[0], "reason") == "there is no such container");
    CHECK(part<std::string>(part<Object>(world.queue.events[1], "container"), "id") == id);
    world.engine.start("nobody");
    world.pass(0s);
    CHECK(world.said().back() == "nobody:running");
}

TEST_CASE("a monitor that tells once is gone after that; one that a script declares stays silent")
{
    MonitorWorld world;
    world.engine.containers["web"] = {"exited", "Exited (1) now"};
    world.begin();
    REQUIRE(world.add({{"container", "web"}, {"once", true}}));
    CHECK(world.said() == Said{"web:exited"});
    CHECK(world.source->list().empty());
    CHECK(world.memory.kept.empty());
    world.source->declare({declared("m", {{"container", "web"}, {"once", true}})});
    world.pass(0s);
    CHECK(world.said().size() == 2);
    world.engine.start("web");
    world.engine.die("web");
    world.pass(1min);
    world.restart();
    world.source->declare({declared("m", {{"container", "web"}, {"once", true}})});
    world.pass(1min);
    CHECK(world.said().size() == 2);
    REQUIRE(world.source->list().size() == 1);
    CHECK(world.source->list().front().over);
}

TEST_CASE("what happens while the engine is away is told when it is back, and each of both once to the operator")
{
    MonitorWorld world;
    for (const char* name : {"web", "db"})
        world.engine.containers[name] = {};
    world.begin();
    REQUIRE(world.add({{"container", "web"}}));
    REQUIRE(world.add({{"container", "db"}}));
    world.engine.go();
    world.engine.containers["web"] = {"exited", "Exited (255) now"};
    world.engine.containers.erase("db");
    world.pass(30s);
    CHECK(world.said().empty());
    CHECK(world.heard("tells of no containers") == 1);
    world.engine.away = false;
    const TimePoint back = world.clock.now();
    world.clock.run_until(world.io, [&] { return world.queue.events.size() == 2; });
    CHECK(world.clock.now() - back <= 2s);
    CHECK(world.said() == Said{"db:missing", "web:exited"});
    CHECK(world.heard("is back") == 1);
    CHECK(world.told.size() == 2);
}

TEST_CASE("what happens while the agent is away is told by the next one, and what was told is not told again")
{
    MonitorWorld world;
    for (const char* name : {"web", "db"})
        world.engine.containers[name] = {};
    world.begin();
    REQUIRE(world.add({{"container", "web"}}));
    REQUIRE(world.add({{"container", "db"}}));
    world.engine.die("db");
    world.pass(1s);
    world.kill();
    world.engine.die("web");
    world.begin();
    CHECK(world.said() == Said{"db:exited", "web:exited"});
    world.restart();
    world.engine.start("db");
    world.pass(1min);
    CHECK(world.said() == Said{"db:exited", "web:exited", "db:running"});
}

TEST_CASE("an event that may have reached the queue before a death is handed over again under the same key")
{
    MonitorWorld world;
    world.engine.containers["web"] = {};
    world.begin();
    REQUIRE(world.add({{"container", "web"}}));
    world.queue.refusal = Failure{Errc::limit, "the queue is full"};
    world.engine.die("web");
    world.pass(0s);
    CHECK(world.queue.tries == 1);
    CHECK(world.heard("its event waits: the queue is full") == 1);
    CHECK(world.source->list().front().trouble == "the queue is full");
    world.kill();
    world.engine.containers["web"] = {}; // it has recovered, which must not hide the first event
    world.queue.refusal.reset();
    world.memory.forgetful = true; // the agent dies again, just after the queue took it
    world.begin();
    world.memory.forgetful = false;
    world.restart();
    CHECK(world.queue.submissions.size() >= 2);
    CHECK(world.said() == Said{"web:exited", "web:running"});
}

TEST_CASE("an event that the queue has no room for waits, and says so once")
{
    MonitorWorld world;
    world.engine.containers["web"] = {};
    world.begin();
    REQUIRE(world.add({{"container", "web"}}));
    world.queue.refusal = Failure{Errc::limit, "the queue is full"};
    world.engine.die("web");
    world.pass(5min);
    CHECK(world.queue.tries > 3);
    CHECK(world.heard("waits") == 1);
    world.engine.start("web"); // news of the present follow what waits
    world.queue.refusal.reset();
    world.pass(1min);
    CHECK(world.said() == Said{"web:exited", "web:running"});
    CHECK(world.heard("goes on") == 1);
}

TEST_CASE("nothing is told that is not written down, and a call that can never be is given up")
{
    MonitorWorld world;
    world.engine.containers["web"] = {};
    world.begin();
    REQUIRE(world.add({{"container", "web"}}));
    world.memory.refusal = Failure{Errc::limit, "the disk is full"};
    world.engine.die("web");
    world.pass(10s);
    CHECK(world.queue.tries == 0);
    world.memory.refusal.reset();
    Failure useless{Errc::bad_arguments, "it takes no event"};
    useless.retry = false;
    world.queue.refusal = useless;
    world.pass(2min);
    CHECK(world.queue.tries == 1);
    CHECK(world.heard("is given up: it takes no event") == 1);
}

TEST_CASE("flapping is damped when that is asked for")
{
    MonitorWorld world;
    world.engine.containers["web"] = {};
    world.begin();
    REQUIRE(world.add({{"container", "web"}, {"damp", 5}}));
    world.engine.die("web");
    world.pass(1s);
    world.engine.start("web");
    world.pass(1min);
    CHECK(world.said().empty());
    for (int i = 0; i < 5; ++i) {
        world.engine.die("web");
        world.pass(1s);
        world.engine.start("web");
        world.pass(1s);
    }
    world.pass(1min);
    REQUIRE(world.said() == Said{"web:exited", "web:running"});
    CHECK(part<std::int64_t>(world.queue.events[0], "changes") > 3);
    world.engine.die("web");
    world.pass(4s);
    CHECK(world.said().size() == 2);
    world.pass(2s);
    CHECK(world.said().size() == 3);
}

TEST_CASE("the interval is the longest time between two looks, and one list serves all monitors")
{
    MonitorWorld world;
    world.engine.containers["web"] = {};
    world.begin();
    for (int i = 0; i < 20; ++i)
        REQUIRE(world.add({{"container", "web"}, {"name", "m" + std::to_string(i)}, {"interval", 10}}));
    const int lists = world.engine.lists;
    world.pass(100s);
    CHECK(world.engine.lists == lists + 10);
    world.engine.containers["web"] = {"exited", "Exited (1) now"}; // without an event
    world.pass(10s);
    CHECK(world.said().size() == 20);
}

TEST_CASE("a heart beats when it is asked to")
{
    MonitorWorld world;
    world.engine.containers["web"] = {};
    world.begin();
    REQUIRE(world.add({{"container", "web"}, {"interval", 30}, {"heartbeat", true}}));
    world.pass(95s);
    REQUIRE(world.said() == Said{"web:running", "web:running", "web:running"});
    CHECK(part<std::int64_t>(world.queue.events.front(), "changes") == 0);
    CHECK(part<bool>(world.queue.events.front(), "ok"));
}

TEST_CASE("health is expected when that is asked for")
{
    MonitorWorld world;
    world.engine.containers["web"] = {"running", "Up 1 second (health: starting)"};
    world.begin();
    REQUIRE(world.add({{"container", "web"}, {"expect", "healthy"}}));
    CHECK(world.said().empty());
    world.engine.containers["web"].words = "Up (unhealthy)";
    world.engine.tell("health_status", "web", "unhealthy");
    world.pass(0s);
    REQUIRE(world.said().size() == 1);
    CHECK(part<std::string>(world.queue.events[0], "health") == "unhealthy");
    world.engine.containers["web"].words = "Up (healthy)";
    world.engine.tell("health_status", "web", "healthy");
    world.pass(0s);
    CHECK(world.said().size() == 2);
}

TEST_CASE("restarts and memory are read at the interval, and restarts when it starts")
{
    MonitorWorld world;
    world.engine.containers["web"] = {};
    world.begin();
    REQUIRE(world.add({{"container", "web"}, {"name", "r"}, {"interval", 60}, {"expect", Object{{"restarts", 2}}}}));
    REQUIRE(world.add({{"container", "web"}, {"name", "m"}, {"interval", 60}, {"expect", Object{{"memory", "1KB"}}}}));
    world.pass(1s);
    CHECK(world.engine.inspections == 1);
    CHECK(world.engine.readings == 1);
    world.engine.containers["web"].restarts = 3;
    world.engine.containers["web"].memory = 2000;
    world.engine.tell("start", "web");
    world.pass(0s);
    REQUIRE(world.said().size() == 2);
    world.pass(5min);
    CHECK(world.said().size() == 2);
    CHECK(world.engine.inspections <= 8);
    world.engine.containers["web"].memory = 10;
    world.pass(1min);
    REQUIRE(world.said().size() == 3);
    CHECK(part<std::string>(world.queue.events[2], "monitor") == "m");
    CHECK(part<std::int64_t>(world.queue.events[2], "memory") == 10);
}

TEST_CASE("a monitor of several tells of each of them, of new ones too, and forgets those that are removed")
{
    MonitorWorld world;
    for (const char* name : {"web-1", "web-2", "db"})
        world.engine.containers[name] = {};
    world.begin();
    REQUIRE(world.add({{"prefix", "web-"}, {"name", "webs"}}));
    CHECK(world.source->list().front().containers == 2);
    world.engine.die("web-2");
    world.engine.die("db");
    world.engine.tell("create", "web-3");
    world.pass(0s);
    CHECK(world.said() == Said{"web-2:exited"});
    world.engine.start("web-3");
    world.pass(0s);
    CHECK(world.source->list().front().containers == 3);
    world.engine.die("web-3");
    world.engine.remove("web-1");
    world.pass(0s);
    CHECK(world.said() == Said{"web-2:exited", "web-3:exited", "web-1:missing"});
    CHECK(world.source->list().front().containers == 2);
    world.restart();
    CHECK(world.said().size() == 3);
}

TEST_CASE("one of several whose end was told is told as missing when it is removed, and forgotten")
{
    MonitorWorld world;
    for (const char* name : {"web-1", "web-2"})
        world.engine.containers[name] = {};
    world.begin();
    REQUIRE(world.add({{"prefix", "web-"}, {"name", "webs"}}));
    for (const char* name : {"web-1", "web-2"})
        world.engine.die(name);
    world.engine.remove("web-1");
    world.pass(0s);
    CHECK(world.said() == Said{"web-1:exited", "web-2:exited", "web-1:missing"});
    CHECK(world.source->list().front().containers == 1);
    CHECK(world.memory.kept.at("webs").told.size() == 1);
    world.kill();
    world.engine.containers.erase("web-2");
    world.begin();
    CHECK(world.said().back() == "web-2:missing");
    CHECK(world.said().size() == 4);
    CHECK(world.source->list().front().containers == 0);
    world.restart();
    world.engine.start("web-1");
    world.pass(0s);
    CHECK(world.said().size() == 4);
    CHECK(world.source->list().front().containers == 1);
}

TEST_CASE("what no script declares any more is gone, and what is still declared goes on")
{
    MonitorWorld world;
    world.engine.containers["web"] = {"exited", "Exited (1) now"};
    world.begin();
    REQUIRE(world.add({{"container", "web"}, {"name", "kept"}}));
    world.source->declare({declared("a", {{"container", "web"}}), declared("b", {{"container", "web"}}),
                           declared("kept", {{"container", "web"}})});
    world.pass(0s);
    CHECK(world.heard("the monitor 'kept' of script.lua is not served") == 1);
    CHECK(world.said().size() == 3);
    world.source->declare({declared("b", {{"container", "web"}, {"interval", 60}})});
    world.pass(1min);
    CHECK(world.said().size() == 3);
    REQUIRE(world.source->list().size() == 2);
    CHECK(world.source->list()[0].monitor.name == "b");
    CHECK(world.source->list()[0].monitor.interval == 60s);
    CHECK(world.memory.kept.size() == 2);
    CHECK(world.run(world.source->remove("b")).error().code == Errc::refused);
    CHECK(world.run(world.source->remove("kept")).value());
    CHECK_FALSE(world.run(world.source->remove("kept")).value());
    CHECK(world.memory.kept.size() == 1);
}

TEST_CASE("of two scripts that declare one name the first is served, and the other is told")
{
    MonitorWorld world;
    world.begin();
    Monitor other = declared("m", {{"container", "b"}});
    other.owner = "other.lua";
    world.source->declare({declared("m", {{"container", "a"}}), other});
    world.pass(0s);
    CHECK(world.heard("the monitor 'm' of other.lua is not served: the script script.lua declares one") == 1);
    REQUIRE(world.source->list().size() == 1);
    CHECK(world.source->list().front().monitor.of.name == "a");
}

TEST_CASE("one of the same name goes on where it expects the same, and begins anew where not")
{
    MonitorWorld world;
    world.engine.containers["web"] = {"exited", "Exited (1) now"};
    world.begin();
    REQUIRE(world.add({{"container", "web"}}));
    CHECK_FALSE(world.add({{"container", "web"}, {"damp", 1}}).value());
    world.pass(1min);
    CHECK(world.said().size() == 1);
    REQUIRE(world.add({{"container", "web"}, {"expect", "exited"}}));
    world.pass(1min);
    CHECK(world.said().size() == 1);
    REQUIRE(world.add({{"container", "web"}, {"expect", "paused"}}));
    CHECK(world.said().size() == 2);
}

TEST_CASE("an engine that does not answer is asked over a new connection")
{
    MonitorWorld world;
    world.engine.containers["web"] = {};
    world.begin();
    REQUIRE(world.add({{"container", "web"}}));
    const std::size_t connections = world.engine.asked_since.size();
    world.engine.silent = true;
    world.pass(15s);
    CHECK(world.engine.asked_since.size() > connections);
    world.engine.silent = false;
    world.pass(10s);
    world.engine.die("web");
    world.pass(0s);
    CHECK(world.said() == Said{"web:exited"});
    CHECK(world.engine.asked_since.back().has_value() == false);
}

TEST_CASE("ten thousand that end at once are all told")
{
    constexpr std::size_t many = 10'000;
    MonitorWorld world;
    world.begin();
    std::vector<Monitor> monitors;
    for (std::size_t i = 0; i < many; ++i) {
        const std::string name = "c" + std::to_string(i + 1) + "x";
        world.engine.containers[name] = {};
        monitors.push_back(declared("m" + std::to_string(i), {{"container", name}}));
    }
    world.source->declare(std::move(monitors));
    world.pass(1s);
    CHECK(world.said().empty());
    world.engine.go();
    for (auto& [name, container] : world.engine.containers)
        container = {"exited", "Exited (1) now"};
    world.engine.away = false;
    world.pass(5s);
    CHECK(world.queue.events.size() == many);
    CHECK(world.queue.submissions.size() == many);
}
