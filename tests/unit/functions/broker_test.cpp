#include "functions/broker.hpp"

#include "builtin_world.hpp"
#include "functions/broker_monitor.hpp"
#include "kept_replies.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

Invocation asking(std::string function, Object kwargs)
{
    Invocation invocation = calling(std::move(function));
    invocation.kwargs = std::move(kwargs);
    return invocation;
}

class KeptMonitors final : public Monitors {
public:
    boost::asio::awaitable<Result<bool>> add(Monitor monitor) override
    {
        all.push_back(std::move(monitor));
        co_return true;
    }
    boost::asio::awaitable<Result<bool>> remove(std::string) override { co_return false; }
    std::vector<MonitorStatus> list() const override { return {}; }

    std::vector<Monitor> all;
};

struct MonitorWorld : BuiltinWorld {
    MonitorWorld()
    {
        add_broker_monitor(
            registry, [this] { return Result<Monitors*>{&monitors}; }, [this] { return Result<Replies*>{&replies}; });
    }

    KeptMonitors monitors;
    KeptReplies replies;
};

} // namespace

TEST_CASE("what is wrong with the fields is told before the engine is asked")
{
    BuiltinWorld world;
    CHECK(world.failure(asking("broker.run", {{"name", "a"}})).message.starts_with("'image' is missing"));
    CHECK(world.failure(asking("broker.close", {{"nam", "a"}})).message.find("did you mean 'name'?") !=
          std::string::npos);
    CHECK(world.failure(calling("broker.start", {Value{"a"}})).code == Errc::bad_arguments);
    CHECK(world.failure(asking("broker.start", {{"name", "a"}})).code == Errc::refused);
}

TEST_CASE("who means a container waits for those who are about to start it")
{
    World world;
    ContainerBeginnings all;
    Begun<bool> waiting;
    {
        const ContainerBeginnings::Mark one{all, "web"};
        ContainerBeginnings::Mark other{all, "web"};
        world.begin(waiting, and_true(all.over("web")));
        CHECK(world.run(and_true(all.over("else"))));
        other.over();
        world.clock.run_for(world.io, 1s);
        CHECK_FALSE(waiting.ended());
    }
    world.finish(waiting);
    CHECK(waiting.value == true);
}

TEST_CASE("a request to be told becomes a monitor of its own, which says nothing yet")
{
    MonitorWorld world;
    const Object request{{"name", "web"}, {"response_channel", "there"}, {"id", 7}, {"broker", "redis"}};
    CHECK(world.call(asking("broker.monitor", request)).value().empty());
    Object often = request;
    often.set("interval", 2);
    CHECK(world.call(asking("broker.monitor", often)).value().empty());
    REQUIRE(world.monitors.all.size() == 2);
    const Monitor monitor = world.monitors.all[0];
    CHECK(monitor.name != world.monitors.all[1].name);
    CHECK(monitor.of.name == "web");
    CHECK(monitor.expect == Expectation{});
    CHECK(monitor.once);
    CHECK(monitor.interval == 10s);
    CHECK(world.monitors.all[1].interval == 2s);
    often.set("interval", 0.2);
    CHECK(world.call(asking("broker.monitor", often)).value().empty());
    CHECK(world.monitors.all[2].interval == 1s); // no oftener
    CHECK(monitor.function == "broker.monitored");
    CHECK(world.failure(asking("broker.monitor", {{"name", "web"}})).code == Errc::bad_arguments);
}

TEST_CASE("what a monitor sees is told in upstream's form to who asked")
{
    MonitorWorld world;
    Invocation seen =
        asking("broker.monitored", {{"name", "web"}, {"broker", "redis"}, {"response_channel", "there"}, {"id", 7}});
    seen.args = {Value{Object{{"ok", false}, {"status", "exited"}, {"running", false}, {"time", 1.5}}}};
    CHECK(as_one(world.call(seen).value()) ==
          Value{Object{{"container", "web"}, {"timestamp", 1.5}, {"running", false}, {"current_status", "exited"}}});
    REQUIRE(world.replies.wanted.size() == 1);
    CHECK(world.replies.wanted.begin()->second == ReplyTo{"redis", "there", 7});
    seen.args = {Value{Object{{"ok", false}, {"status", "paused"}, {"running", true}, {"time", 2.5}}}};
    CHECK(as_one(world.call(seen).value()) ==
          Value{Object{{"container", "web"}, {"timestamp", 2.5}, {"running", false}, {"current_status", "paused"}}});
    CHECK(world.failure(calling("broker.monitored")).code == Errc::bad_arguments);
}
