#include "sources/broker/broker_source.hpp"

#include "scripted_broker.hpp"
#include "virtual_clock.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

struct HalfChance final : Random {
    std::uint64_t next() override { return ~std::uint64_t{0} / 2; }
};

const Failure gone{Errc::unreachable, "it is gone"};

class SourceWorld {
public:
    SourceWorld()
    {
        asio::co_spawn(io, source.run(), asio::bind_cancellation_slot(stop_.slot(), [this](const std::exception_ptr&) {
                           ended_ = true;
                       }));
    }

    ~SourceWorld()
    {
        stop_.emit(asio::cancellation_type::terminal);
        clock.run_until(io, [this] { return ended_; });
    }

    Hearing hearing(const std::string& pattern, const std::string& who)
    {
        return {pattern, [this, who](std::vector<BrokerMessage> messages) { return take(who, std::move(messages)); }};
    }

    void settle() { clock.run_for(io, 0ms); }

    asio::io_context io{1};
    VirtualClock clock;
    HalfChance random;
    ScriptedBroker broker{io.get_executor()};
    std::vector<std::string> heard; // "WHO PAYLOAD"
    std::vector<std::string> warnings;
    std::vector<std::string> infos;
    std::string state = "none";
    BrokerSource source{io.get_executor(),
                        {clock, random, "redis", [this] { return Result<Broker*>{&broker}; },
                         [this](const std::string& message) { warnings.push_back(message); },
                         [this](const std::string& message) { infos.push_back(message); },
                         [this](const std::string& error) { state = error; }}};

private:
    asio::awaitable<void> take(std::string who, std::vector<BrokerMessage> messages)
    {
        for (const BrokerMessage& message : messages)
            heard.push_back(who + " " + message.payload);
        co_return;
    }

    asio::cancellation_signal stop_;
    bool ended_ = false;
};

} // namespace

TEST_CASE("nobody is asked while nothing is to be heard")
{
    SourceWorld world;
    world.clock.run_for(world.io, 10s);
    CHECK(world.broker.subscriptions == 0);
    world.source.set({world.hearing("a", "one")});
    world.settle();
    CHECK(world.broker.line->patterns == std::vector<std::string>{"a"});
    CHECK(world.state.empty());
    CHECK(world.source.is_connected());
}

TEST_CASE("messages go to all who want them, in the order of all patterns")
{
    SourceWorld world;
    world.source.set({world.hearing("a", "one"), world.hearing("b", "two"), world.hearing("b", "three")});
    world.settle();
    world.broker.say("b", "b", "1");
    world.broker.say("a", "a", "2");
    world.broker.say("b", "b", "3");
    world.settle();
    CHECK(world.heard == std::vector<std::string>{"two 1", "three 1", "one 2", "two 3", "three 3"});
    CHECK(world.source.messages() == 3);
}

TEST_CASE("other patterns are heard over the same connection")
{
    SourceWorld world;
    world.source.set({world.hearing("a", "one")});
    world.settle();
    world.broker.say("a", "a", "1");
    world.source.set({world.hearing("a", "new"), world.hearing("c", "two")});
    world.settle();
    CHECK(world.broker.subscriptions == 1);
    CHECK(world.broker.line->patterns == std::vector<std::string>{"a", "c"});
    CHECK(world.heard == std::vector<std::string>{"new 1"}); // what had come is not lost
}

TEST_CASE("a broker that is gone is told of once, and heard again soon after it is back")
{
    SourceWorld world;
    world.source.set({world.hearing("a", "one")});
    world.settle();
    world.broker.leave(gone);
    world.clock.run_for(world.io, 60s);
    CHECK(world.broker.subscriptions > 60);
    CHECK(world.warnings.size() == 1);
    CHECK(world.state == "it is gone");
    CHECK_FALSE(world.source.is_connected());
    world.broker.away.reset();
    world.clock.run_for(world.io, 1s);
    CHECK(world.source.is_connected());
    CHECK(world.infos.size() == 2);
    CHECK(world.state.empty());
    world.broker.say("a", "a", "1");
    world.settle();
    CHECK(world.heard == std::vector<std::string>{"one 1"});
}

TEST_CASE("nobody says that channels are heard which are not")
{
    SourceWorld world;
    world.broker.refused = {{"a", "no right"}};
    world.source.set({world.hearing("a", "one")});
    world.settle();
    CHECK(world.warnings.size() == 1);
    CHECK(world.infos.empty());
    SourceWorld other;
    other.broker.refused = {{"a", "no right"}};
    other.source.set({other.hearing("a", "one"), other.hearing("b", "two")});
    other.settle();
    CHECK(other.infos == std::vector<std::string>{"redis: channels are heard, but for 1"});
}

TEST_CASE("a pattern that is refused is told of once, and stays in the state")
{
    SourceWorld world;
    world.broker.refused = {{"a", "no right"}};
    world.source.set({world.hearing("a", "one"), world.hearing("b", "two")});
    world.settle();
    world.broker.say("b", "b", "1");
    world.settle();
    CHECK(world.heard.size() == 1);
    CHECK(world.warnings == std::vector<std::string>{"redis: 'a' is not heard: no right"});
    CHECK(world.state == "'a' is not heard: no right");
}
