#include "clients/redis/broker.hpp"
#include "io/system_clock.hpp"
#include "ports/within.hpp"
#include "redis_peer.hpp"
#include "result_text.hpp"
#include "run.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::redis;
using namespace forager::test;

namespace asio = boost::asio;

namespace {

std::string usual(const Words& words)
{
    return usual_reply(words).value_or("");
}

struct RedisWorld {
    explicit RedisWorld(RedisPeer::Handler handler, const std::string& who = "",
                        Duration timeout = std::chrono::seconds{5})
        : peer{context, std::move(handler)}
    {
        Config config;
        config.address = parse_address("redis://" + who + "127.0.0.1:" + std::to_string(peer.port()) + "/1").value();
        config.timeout = timeout;
        broker.emplace(context.get_executor(), pool, clock, config);
    }

    template <class T> T run(asio::awaitable<T> work) { return test::run(context, std::move(work)); }

    asio::io_context context{1};
    SystemClock clock{context.get_executor()};
    BlockingPool pool{1};
    RedisPeer peer;
    std::optional<RedisBroker> broker;
};

std::vector<BrokerMessage> next_messages(RedisWorld& world, BrokerSubscription& subscription)
{
    for (;;) {
        auto messages = world.run(subscription.next()).value();
        if (!messages.empty())
            return messages;
    }
}

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("who the agent is is said first, and the database chosen")
{
    RedisWorld world{[](const Words& words) { return words[0] == "PUBLISH" ? ":0\r\n" : usual(words); }, "ann:word@"};
    CHECK(world.run(world.broker->publish("a", "1")));
    REQUIRE(world.peer.heard().size() == 5);
    CHECK(world.peer.heard()[0] == Words{"AUTH", "ann", "word"});
    CHECK(world.peer.heard()[2] == Words{"SELECT", "1"});
    CHECK(world.peer.heard()[4] == Words{"PUBLISH", "a", "1"});
}

TEST_CASE("many who publish at once share one connection and one round trip")
{
    RedisWorld world{[](const Words& words) { return words[0] == "PUBLISH" ? ":1\r\n" : usual(words); }};
    constexpr int callers = 100;
    int done = 0;
    auto all = [](RedisWorld& in, int& count) -> asio::awaitable<bool> {
        for (int i = 0; i < callers; ++i)
            asio::co_spawn(
                in.context, in.broker->publish("a", std::to_string(i)),
                [&count](const std::exception_ptr& thrown, Result<void> sent) { count += !thrown && sent ? 1 : 0; });
        while (count < callers)
            co_await sleep_for(in.clock, std::chrono::milliseconds{1});
        co_return true;
    };
    CHECK(world.run(all(world, done)));
    CHECK(world.peer.connections() == 1);
    CHECK(world.peer.count("PUBLISH") == callers);
    CHECK(world.peer.heard().back().back() == std::to_string(callers - 1)); // in their order
}

TEST_CASE("a server's no is a refusal that says what to set")
{
    RedisWorld stranger{
        [](const Words& words) { return words[0] == "PING" ? "-NOAUTH Authentication required.\r\n" : usual(words); }};
    const auto refused = stranger.run(stranger.broker->publish("a", "1"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::refused);
    CHECK(holds(refused.error().message, "[redis] user"));
    RedisWorld wrong{[](const Words& words) {
                         return words[0] == "AUTH" ? "-WRONGPASS invalid username-password pair\r\n" : usual(words);
                     },
                     "ann:secret@"};
    const auto not_let_in = wrong.run(wrong.broker->publish("a", "1"));
    REQUIRE_FALSE(not_let_in);
    CHECK(holds(not_let_in.error().message, "WRONGPASS"));
    CHECK_FALSE(holds(not_let_in.error().message, "secret"));
}

TEST_CASE("who is not there is unreachable, and the next call tries again")
{
    RedisWorld world{[](const Words& words) { return words[0] == "PUBLISH" ? ":1\r\n" : usual(words); }};
    CHECK(world.run(world.broker->publish("a", "1")));
    world.peer.drop();
    (void)world.run(world.broker->publish("a", "2")); // notices it, or goes out over a new connection
    CHECK(world.run(world.broker->publish("a", "3")));
    CHECK(world.peer.connections() == 2);
    Config nobody;
    nobody.address = parse_address("redis://127.0.0.1:1").value();
    RedisBroker away{world.context.get_executor(), world.pool, world.clock, nobody};
    const auto sent = world.run(away.publish("a", "1"));
    REQUIRE_FALSE(sent);
    CHECK(sent.error().code == Errc::unreachable);
}

TEST_CASE("a server that does not answer is given up, and what it says later is nobody else's answer")
{
    int asked = 0;
    RedisWorld world{[&](const Words& words) {
                         if (words[0] != "PUBLISH")
                             return usual(words);
                         return ++asked == 1 ? std::string{} : std::string{":1\r\n"};
                     },
                     "", std::chrono::milliseconds{100}};
    const auto late = world.run(world.broker->publish("a", "1"));
    REQUIRE_FALSE(late);
    CHECK(late.error().code == Errc::timed_out);
    CHECK(world.run(world.broker->publish("a", "2")));
    CHECK(world.peer.connections() == 2);
}

TEST_CASE("messages come with their pattern, many at once, in their order")
{
    RedisWorld world{usual};
    auto subscription = world.run(world.broker->subscribe({"a.*", "b.*"})).value();
    CHECK(subscription->refused().empty());
    std::string burst;
    for (int i = 0; i < 300; ++i)
        burst += pmessage(i % 2 == 0 ? "a.*" : "b.*", "c", std::to_string(i));
    world.peer.say(burst);
    std::vector<BrokerMessage> all;
    while (all.size() < 300)
        for (BrokerMessage& message : next_messages(world, *subscription))
            all.push_back(std::move(message));
    CHECK(all[0].pattern == "a.*");
    CHECK(all[1].pattern == "b.*");
    CHECK(all[299].payload == "299");
}

TEST_CASE("a pattern that is refused keeps no other from being heard")
{
    RedisWorld world{[](const Words& words) {
        if (words[0] == "PSUBSCRIBE" && words[1] == "secret.*")
            return std::string{"-NOPERM this user has no permissions to access one of the channels\r\n"};
        return usual(words);
    }};
    auto subscription = world.run(world.broker->subscribe({"secret.*", "a.*"})).value();
    REQUIRE(subscription->refused().size() == 1);
    CHECK(subscription->refused().begin()->first == "secret.*");
    CHECK(holds(subscription->refused().begin()->second, "NOPERM"));
    world.peer.say(pmessage("a.*", "a.b", "1"));
    CHECK(next_messages(world, *subscription).front().payload == "1");
}

TEST_CASE("other patterns are heard from one moment to the next, over the same connection")
{
    RedisWorld world{usual};
    auto subscription = world.run(world.broker->subscribe({"a", "b"})).value();
    subscription->hear({"b", "c"});
    world.peer.say(pmessage("b", "b", "1"));
    CHECK(next_messages(world, *subscription).front().channel == "b");
    while (world.peer.count("PUNSUBSCRIBE") == 0)
        (void)world.run(subscription->next());
    CHECK(world.peer.heard()[world.peer.heard().size() - 2] == Words{"PSUBSCRIBE", "c"});
    CHECK(world.peer.heard().back() == Words{"PUNSUBSCRIBE", "a"});
    CHECK(world.peer.connections() == 1);
}

TEST_CASE("the end of a connection ends a subscription")
{
    RedisWorld world{usual};
    auto subscription = world.run(world.broker->subscribe({"a"})).value();
    world.peer.drop();
    const auto end = world.run(subscription->next());
    REQUIRE_FALSE(end);
    CHECK(end.error().code == Errc::unreachable);
}

TEST_CASE("what is let go outside of the loop is gone when the loop has turned")
{
    RedisWorld world{[](const Words& words) { return words[0] == "PUBLISH" ? ":0\r\n" : usual(words); }};
    auto subscription = world.run(world.broker->subscribe({"a"})).value();
    CHECK(world.run(world.broker->publish("a", "1")));
    subscription->hear({"b"}); // is being sent
    subscription.reset();
    world.broker.reset();
    world.context.restart();
    world.context.poll();
    CHECK(world.peer.count("PUBLISH") == 1);
}

TEST_CASE("an entry is added with its fields, and old ones are dropped")
{
    RedisWorld world{[](const Words& words) { return words[0] == "XADD" ? bulk("5-1") : usual(words); }};
    CHECK(world.run(world.broker->streams()->add("jobs", Object{{"payload", "x"}}, 100)).value() == "5-1");
    CHECK(world.peer.heard().back() == Words{"XADD", "jobs", "MAXLEN", "~", "100", "*", "payload", "x"});
}

TEST_CASE("entries are read, claimed and acknowledged on behalf of a group")
{
    const std::string entries = listing({listing({bulk("1-0"), listing({bulk("payload"), bulk("x")})})});
    RedisWorld world{[&](const Words& words) {
        if (words[0] == "XGROUP")
            return std::string{"-BUSYGROUP Consumer Group name already exists\r\n"};
        if (words[0] == "XREADGROUP")
            return listing({listing({bulk("jobs"), entries})});
        if (words[0] == "XPENDING")
            return listing({listing({bulk("1-0"), bulk("dead"), ":90000\r\n", ":3\r\n"})});
        if (words[0] == "XCLAIM")
            return entries;
        return words[0] == "XACK" ? std::string{":1\r\n"} : usual(words);
    }};
    BrokerStreams& streams = *world.broker->streams();
    const StreamReader reader{"jobs", "forager", "box"};
    CHECK(world.run(streams.make_group("jobs", "forager")));
    for (int i = 0; i < 2; ++i) {
        const auto read = world.run(streams.read(reader, 10, std::chrono::seconds{1})).value();
        REQUIRE(read.size() == 1);
        CHECK(read.front().id == "1-0");
        CHECK(read.front().deliveries == 1);
        CHECK(read.front().fields == Object{{"payload", "x"}});
    }
    const auto claimed = world.run(streams.claim(reader, std::chrono::minutes{1}, 10)).value();
    REQUIRE(claimed.size() == 1);
    CHECK(claimed.front().deliveries == 4);
    CHECK(world.run(streams.acknowledge(reader, {"1-0"})));
    CHECK(world.peer.heard().back() == Words{"XACK", "jobs", "forager", "1-0"});
    CHECK(world.peer.connections() == 2); // one waits for entries
}
