#include "primitives/broker/desk.hpp"

#include "result_text.hpp"
#include "scripted_broker.hpp"
#include "strand.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

struct DeskWorld : Strand {
    std::shared_ptr<ScriptedBroker> broker = std::make_shared<ScriptedBroker>(io.get_executor());
    BrokerDesk desk{io.get_executor(), clock, broker, "box"};

    Result<std::string> ask(const std::string& payload, Duration patience = 5s)
    {
        return run(desk.request("work", payload, desk.fresh_channel(), clock.now() + patience));
    }
};

} // namespace

TEST_CASE("a request is answered on a channel of its own, and all over one subscription")
{
    DeskWorld world;
    int asked = 0;
    world.broker->answer = [&](const BrokerMessage& message) {
        CHECK(message.channel == "work");
        const std::string own = "reply.box." + std::to_string(++asked);
        world.broker->say("reply.box.*", "reply.box.77", "somebody else's");
        world.broker->say("reply.box.*", own, "re " + message.payload);
        world.broker->say("reply.box.*", own, "twice");
    };
    CHECK(world.ask("one").value() == "re one");
    CHECK(world.ask("two").value() == "re two");
    CHECK(world.broker->subscriptions == 1);
    CHECK(world.broker->line->patterns == std::vector<std::string>{"reply.box.*"});
}

TEST_CASE("a request that nobody answers ends in time")
{
    DeskWorld world;
    const auto reply = world.ask("one", 50ms);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == Errc::timed_out);
    CHECK(reply.error().message.find("'work'") != std::string::npos);
}

TEST_CASE("whoever waits hears that the broker is gone, and the next one that it is back")
{
    DeskWorld world;
    world.broker->answer = [&](const BrokerMessage&) { world.broker->leave({Errc::unreachable, "it is gone"}); };
    const auto reply = world.ask("one");
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == Errc::unreachable);
    CHECK(world.ask("two").error().message == "it is gone");
    world.broker->away.reset();
    world.broker->answer = [&](const BrokerMessage&) { world.broker->say("reply.box.*", "reply.box.3", "here"); };
    CHECK(world.ask("three").value() == "here");
    CHECK(world.broker->subscriptions == 3);
}

TEST_CASE("a broker that does not let replies be heard is refused before anything is published")
{
    DeskWorld world;
    world.broker->refused = {{"reply.box.*", "no right"}};
    const auto reply = world.ask("one");
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == Errc::refused);
    CHECK(world.broker->published.empty());
}
