#include "monitor_world.hpp"

#include "sources/monitor/event_handlers.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <doctest/doctest.h>

using namespace forager;
using namespace forager::monitoring;
using namespace forager::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

class MemoryOfTimes final : public Schedules {
public:
    asio::awaitable<Result<std::optional<WallTime>>> last(std::string) override { co_return time; }

    asio::awaitable<Result<void>> remember(std::string, WallTime now) override
    {
        time = now;
        co_return Result<void>{};
    }

    std::optional<WallTime> time;
};

docker::Event event(std::string action, std::string about, std::string name, std::int64_t time)
{
    docker::Event event;
    event.type = "container";
    event.action = std::move(action);
    event.about = std::move(about);
    event.id = FakeEngine::id_of(name);
    event.name = name;
    event.time = time;
    event.attributes = Object{{"name", std::move(name)}, {"image", "img"}, {"exitCode", "7"}, {"team", "a"}};
    return event;
}

EventHandler handler(std::string function, std::string action)
{
    EventHandler handler;
    handler.function = std::move(function);
    handler.action = std::move(action);
    handler.event = "docker:" + handler.action;
    return handler;
}

class HandlerWorld {
public:
    void pass(Duration time) { clock.run_for(io, time); }

    asio::io_context io{1};
    VirtualClock clock;
    SystemRandom random{1};
    KeyedQueue queue;
    MemoryOfTimes memory;
    std::vector<std::string> called;
    std::vector<std::string> told;
    Duration pace{};
    EventHandlers handlers{{clock, random, queue, memory,
                            [this](Invocation invocation) { return call(std::move(invocation)); },
                            [this](const std::string& words) { told.push_back(words); }},
                           [this](asio::awaitable<void> work) { asio::co_spawn(io, std::move(work), asio::detached); }};

private:
    asio::awaitable<void> call(Invocation invocation)
    {
        called.push_back(invocation.function + " " +
                         part<std::string>(*invocation.args.front().get<Object>(), "action"));
        co_await sleep_for(clock, pace);
    }
};

} // namespace

TEST_CASE("nobody asks an engine that nobody wants to hear of")
{
    MonitorWorld world;
    world.begin();
    world.pass(1min);
    CHECK(world.engine.asked_since.empty());
    CHECK(world.engine.lists == 0);
}

TEST_CASE("an engine that comes and goes is asked again after pauses, and told of once")
{
    MonitorWorld world;
    world.engine.away = true;
    world.begin();
    REQUIRE(world.add({{"container", "web"}}));
    world.pass(1min);
    CHECK(world.engine.asked_since.size() > 20);
    CHECK(world.engine.asked_since.size() < 200);
    CHECK(world.told.size() == 1);
    CHECK(world.said().empty());
}

TEST_CASE("a connection that is opened again asks for what happened meanwhile, and hears nothing twice")
{
    MonitorWorld world;
    FakeEngine* const engine = &world.engine;
    engine->containers["web"] = {};
    world.begin();
    REQUIRE(world.add({{"container", "web"}}));
    engine->die("web");
    world.pass(0s);
    engine->go();
    engine->away = false;
    world.pass(5s);
    REQUIRE(engine->asked_since.size() == 2);
    CHECK_FALSE(engine->asked_since[0]);
    CHECK(*engine->asked_since[1] == 1'728'000'000'000'000'001 - 1'000'000'000);
    CHECK(world.said().size() == 1);
}

TEST_CASE("a handler hears the events that fit its pattern, its name and its labels")
{
    HandlerWorld world;
    EventHandler named = handler("named", "*");
    named.name = "web-*";
    EventHandler labelled = handler("labelled", "die");
    labelled.labels = {{"team", "b"}};
    world.handlers.set({handler("die", "die"), handler("any", "*"), handler("health", "health_status"),
                        handler("ill", "health_status: unhealthy"), named, labelled});
    world.handlers.take(event("die", "", "db", 1), false);
    world.handlers.take(event("health_status", "unhealthy", "web-1", 2), false);
    world.handlers.take(event("health_status", "healthy", "db", 3), false);
    world.handlers.take(event("die", "", "db", 1), true);
    world.pass(1s);
    CHECK(world.called == std::vector<std::string>{"die die", "any die", "any health_status", "health health_status",
                                                   "ill health_status", "named health_status", "any health_status",
                                                   "health health_status"});
}

TEST_CASE("an event says what happened to which container")
{
    const Object object = object_of(event("die", "", "web", 1'500'000'000));
    CHECK(part<std::string>(object, "action") == "die");
    CHECK(part<std::int64_t>(object, "exit_code") == 7);
    CHECK(part<double>(object, "time") == 1.5);
    const auto container = part<Object>(object, "container");
    CHECK(part<std::string>(container, "name") == "web");
    CHECK(part<std::string>(container, "image") == "img");
    CHECK(part<Object>(container, "labels") == Object{{"team", "a"}});
    CHECK(part<std::string>(object_of(event("health_status", "healthy", "web", 1)), "about") == "healthy");
}

TEST_CASE("durable events go through the queue, wait for room there, and are not put in twice")
{
    HandlerWorld world;
    EventHandler durable = handler("f", "die");
    durable.durable = true;
    world.handlers.set({durable});
    world.queue.refusal = Failure{Errc::limit, "the queue is full"};
    world.handlers.take(event("die", "", "web", 5'000'000'000), false);
    world.pass(10s);
    CHECK(world.queue.events.empty());
    CHECK(world.told == std::vector<std::string>{"an event of the Docker engine waits: the queue is full"});
    world.queue.refusal.reset();
    world.pass(1min);
    CHECK(world.queue.events.size() == 1);
    CHECK(world.memory.time == WallTime{5s});
    CHECK(world.queue.submissions.front().order_key == "f " + FakeEngine::id_of("web"));
    world.handlers.take(event("die", "", "web", 5'000'000'000), true);
    world.pass(1s);
    CHECK(world.queue.events.size() == 1);
    CHECK(world.queue.submissions.size() == 2);
}

TEST_CASE("the next agent's handlers hear nothing of before a handler was new")
{
    HandlerWorld world;
    EventHandler first = handler("f", "die");
    first.durable = true;
    EventHandler second = handler("g", "die");
    second.durable = true;
    world.handlers.set({first});
    asio::co_spawn(world.io, world.handlers.ended_at(), asio::detached);
    world.handlers.take(event("die", "", "web", 5'000'000'000), false);
    world.pass(1s);
    world.handlers.take(event("die", "", "web", 5'900'000'000), false);
    world.pass(1s);
    CHECK(world.memory.time == WallTime{5s});
    world.handlers.set({first, second});
    world.pass(1s);
    CHECK(world.memory.time == WallTime{5'900ms});
    world.handlers.set({second});
    CHECK(world.memory.time == WallTime{5'900ms});
}

TEST_CASE("handlers that are too slow lose events, and the operator hears how many")
{
    HandlerWorld world;
    world.pace = 1min;
    world.handlers.set({handler("f", "die")});
    for (std::size_t i = 0; i < EventDelivery::most_calls + 5; ++i)
        world.handlers.take(event("die", "", "web", static_cast<std::int64_t>(i)), false);
    world.pass(2min);
    CHECK(world.called.size() == EventDelivery::most_calls);
    world.handlers.take(event("die", "", "web", 1), false);
    world.pass(2min);
    REQUIRE(world.told.size() == 2);
    CHECK(world.told[0].starts_with("more than 1000 events of 'docker:die' wait"));
    CHECK(world.told[1] == "5 events of the Docker engine were lost");
}
