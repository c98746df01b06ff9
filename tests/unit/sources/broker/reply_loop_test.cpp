#include "sources/broker/reply_loop.hpp"

#include "kept_replies.hpp"
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

class LoopWorld {
public:
    explicit LoopWorld(ReplyLoop::Config config = {})
        : loop{io.get_executor(),
               {clock, random, replies, "redis", [this] { return Result<Broker*>{&broker}; },
                [this](const std::string& message) { warnings.push_back(message); }},
               config}
    {
    }

    ~LoopWorld() { end(); }

    void begin()
    {
        ended_ = false;
        asio::co_spawn(io, loop.run(), asio::bind_cancellation_slot(stop_.slot(), [this](const std::exception_ptr&) {
                           ended_ = true;
                       }));
        settle();
    }

    void end()
    {
        stop_.emit(asio::cancellation_type::terminal);
        clock.run_until(io, [this] { return ended_; });
    }

    void settle() { clock.run_for(io, 0ms); }

    // "CHANNEL PAYLOAD"
    std::vector<std::string> published() const
    {
        std::vector<std::string> list;
        for (const BrokerMessage& message : broker.published)
            list.push_back(message.channel + " " + message.payload);
        return list;
    }

    asio::io_context io{1};
    VirtualClock clock;
    HalfChance random;
    ScriptedBroker broker{io.get_executor()};
    KeptReplies replies;
    std::vector<std::string> warnings;
    ReplyLoop loop;

private:
    asio::cancellation_signal stop_;
    bool ended_ = true;
};

Outcome printed(std::string output)
{
    return Outputs{Value{Object{{"output", std::move(output)}}}};
}

} // namespace

TEST_CASE("what has ended is told once, in its order, and what ends later when the loop is woken")
{
    LoopWorld world;
    world.replies.add("a", "first", printed("1"));
    world.replies.add("b", "second", printed("2"));
    world.begin();
    CHECK(world.published() == std::vector<std::string>{"first 1", "second 2"});
    CHECK(world.replies.open.empty());
    world.replies.add("c", "third", printed("3"));
    world.loop.wake();
    world.settle();
    CHECK(world.published().size() == 3);
    world.clock.run_for(world.io, 1h);
    CHECK(world.published().size() == 3);
    CHECK(world.loop.told() == 3);
}

TEST_CASE("more than are read at once are all told")
{
    LoopWorld world{{.at_once = 3}};
    for (int i = 0; i < 10; ++i)
        world.replies.add(std::to_string(i), "c", printed(std::to_string(i)));
    world.begin();
    CHECK(world.published().size() == 10);
    CHECK(world.published().back() == "c 9");
}

TEST_CASE("a broker that is away hears it when it is back")
{
    LoopWorld world;
    world.broker.away = gone;
    world.replies.add("a", "c", printed("1"));
    world.begin();
    world.clock.run_for(world.io, 1min);
    CHECK(world.replies.open.size() == 1);
    CHECK(world.warnings.size() == 1);
    CHECK(world.loop.trouble() == gone.message);
    world.broker.published.clear();
    world.broker.away.reset();
    world.clock.run_for(world.io, 2s);
    CHECK(world.published() == std::vector<std::string>{"c 1"});
    CHECK(world.replies.open.empty());
    CHECK(world.loop.trouble().empty());
}

TEST_CASE("a reply that the broker refuses for good does not hold up the others")
{
    LoopWorld world{{.most_refused = 3}};
    world.broker.away = Failure{Errc::refused, "NOPERM"};
    world.replies.add("a", "forbidden", printed("1"));
    world.begin();
    world.clock.run_for(world.io, 1min);
    CHECK(world.replies.open.empty());
    CHECK(world.broker.published.size() == 3);
    CHECK(world.warnings.back() == "a reply on 'forbidden' of redis is given up: NOPERM");
}

TEST_CASE("one who was refused hears why, in bounded memory")
{
    LoopWorld world{{.refusals = 1}};
    world.broker.away = gone;
    world.begin();
    world.loop.refuse({"redis", "c", "r"}, {Errc::limit, "busy: the queue is full"});
    world.loop.refuse({"redis", "c", "s"}, {Errc::limit, "busy: the queue is full"});
    CHECK(world.warnings.back().find("dropped") != std::string::npos);
    world.settle();
    world.broker.published.clear();
    world.broker.away.reset();
    world.clock.run_for(world.io, 5s);
    REQUIRE(world.published().size() == 1);
    CHECK(world.published().front().starts_with(R"(c {"id":"r","status":"error")"));
}

TEST_CASE("nothing to say is told without a word")
{
    LoopWorld world;
    world.replies.add("a", "c", Outcome{Outputs{}});
    world.begin();
    CHECK(world.published().empty());
    CHECK(world.replies.open.empty());
}

TEST_CASE("what was published before the end of the loop is not published again")
{
    LoopWorld world;
    world.replies.add("a", "c", printed("1"));
    world.replies.add("b", "c", printed("2"));
    world.broker.answer = [&world](const BrokerMessage& message) {
        if (message.payload == "1") {
            world.broker.away = gone;
            return;
        }
    };
    world.begin();
    world.end();
    CHECK(world.replies.open.size() == 1);
    world.broker.away.reset();
    world.broker.published.clear();
    world.begin();
    CHECK(world.published() == std::vector<std::string>{"c 2"});
}
