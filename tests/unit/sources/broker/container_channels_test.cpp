#include "sources/broker/container_channels.hpp"

#include "io/formats/json.hpp"
#include "kept_replies.hpp"
#include "result_text.hpp"
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

class ShortQueue final : public Queue {
public:
    explicit ShortQueue(Clock& clock) : clock_{clock} {}

    asio::awaitable<Result<Accepted>> put(Submission submission) override
    {
        if (trouble)
            co_return *trouble;
        all.push_back(std::move(submission));
        const std::string id = std::to_string(all.size());
        co_await sleep_for(clock_, 5ms);
        co_return Accepted{id, fresh};
    }

    bool fresh = true;

    std::vector<Submission> all;
    std::optional<Failure> trouble;

private:
    Clock& clock_;
};

class ChannelWorld {
public:
    explicit ChannelWorld(std::size_t most = 200) : longest{most}
    {
        asio::co_spawn(io, loop.run(), asio::bind_cancellation_slot(stop_.slot(), [this](const std::exception_ptr&) {
                           ended_ = true;
                       }));
        settle();
    }

    ~ChannelWorld()
    {
        stop_.emit(asio::cancellation_type::terminal);
        clock.run_until(io, [this] { return ended_; });
        settle();
    }

    void settle() { clock.run_for(io, 1s); }

    void say(const std::string& channel, std::vector<std::string> payloads)
    {
        std::vector<BrokerMessage> messages;
        for (std::string& payload : payloads)
            messages.emplace_back(channel, channel, std::move(payload));
        for (const Hearing& hearing : channels.hearings())
            if (hearing.pattern == channel)
                asio::co_spawn(io, hearing.deliver(messages), [](const std::exception_ptr&) {});
        settle();
    }

    Object reply(std::size_t index = 0) const
    {
        return *parse_json(broker.published.at(index).payload).value().get<Object>();
    }

    std::size_t longest; // message
    asio::io_context io{1};
    VirtualClock clock;
    HalfChance random;
    ScriptedBroker broker{io.get_executor()};
    KeptReplies replies;
    std::vector<std::string> warnings;
    ReplyLoop loop{io.get_executor(),
                   {clock, random, replies, "redis", [this] { return Result<Broker*>{&broker}; },
                    [this](const std::string& message) { warnings.push_back(message); }},
                   {}};
    ShortQueue queue{clock};
    ContainerChannels channels{
        io.get_executor(),
        {queue, loop, "redis", [this](const std::string& message) { warnings.push_back(message); }},
        {longest, 2}};

private:
    asio::cancellation_signal stop_;
    bool ended_ = false;
};

} // namespace

TEST_CASE("a message becomes work in the queue, with its order and whom to answer")
{
    ChannelWorld world;
    world.say("start_container.create",
              {R"({"image": "nginx", "name": "web", "response_channel": "there", "id": "r1"})"});
    REQUIRE(world.queue.all.size() == 1);
    const Submission& work = world.queue.all.front();
    CHECK(work.invocation.function == "broker.create");
    CHECK(work.invocation.source == "broker redis");
    CHECK(work.invocation.kwargs == Object{{"image", "nginx"}, {"name", "web"}});
    CHECK(work.order_key == "container web");
    CHECK_FALSE(work.overlaps);
    CHECK(work.reply == ReplyTo{"redis", "there", "r1"});
    CHECK(world.broker.published.empty());
}

TEST_CASE("who names no channel wants no answer")
{
    ChannelWorld world;
    world.say("close_container", {R"({"name": "web"})"});
    REQUIRE(world.queue.all.size() == 1);
    CHECK_FALSE(world.queue.all.front().reply);
    CHECK(world.queue.all.front().overlaps);
}

TEST_CASE("names that are only begun have no order")
{
    ChannelWorld world;
    world.say("start_containers_not_running", {R"({"name": "web", "exact_value": false})"});
    CHECK(world.queue.all.at(0).order_key.empty());
}

TEST_CASE("a monitor knows itself whom it answers")
{
    ChannelWorld world;
    world.say("monitor_container_status", {R"({"name": "web", "response_channel": "there", "id": 5})"});
    CHECK(world.queue.all.at(0).invocation.kwargs ==
          Object{{"name", "web"}, {"response_channel", "there"}, {"id", 5}, {"broker", "redis"}});
}

TEST_CASE("what is wrong with a message is answered at once, and the next ones are heard")
{
    ChannelWorld world;
    world.say("start_container.create", {R"({"image": "nginx" "name": "web"})", "[]",
                                         R"({"imgae": "nginx", "name": "web", "response_channel": "there", "id": "r"})",
                                         std::string(300, ' '), R"({"image": "nginx", "name": "web"})"});
    CHECK(world.queue.all.size() == 1);
    CHECK(world.channels.total().heard == 5);
    CHECK(world.channels.counts().at("start_container.create").refused == 4);
    REQUIRE(world.warnings.size() == 4);
    CHECK(world.warnings[0].find("start_container.create is refused: the message is no JSON") != std::string::npos);
    CHECK(world.warnings[1].find("must be a JSON object, not a list") != std::string::npos);
    CHECK(world.warnings[3].find("larger than 200 B") != std::string::npos);
    REQUIRE(world.broker.published.size() == 1);
    CHECK(world.broker.published[0].channel == "there");
    CHECK(part<std::string>(world.reply(), "id") == "r");
    CHECK(part<std::string>(world.reply(), "status") == "error");
    CHECK(part<std::string>(world.reply(), "error").find("did you mean 'image'?") != std::string::npos);
}

TEST_CASE("one that is nested too deeply to be read is answered all the same")
{
    ChannelWorld world{10'000};
    const std::string deep = std::string(2'000, '[') + R"("}\\\"")" + std::string(2'000, ']');
    world.say("close_container", {R"({"name": "a]\"", "x": )" + deep +
                                  R"(, "y": {"id": 1}, "response_channel": "there", "id": "r\"1", "z": [1]})"});
    REQUIRE(world.broker.published.size() == 1);
    CHECK(world.broker.published[0].channel == "there");
    CHECK(part<std::string>(world.reply(), "id") == "r\"1");
    CHECK(part<std::string>(world.reply(), "error").find("nested deeper than 200") != std::string::npos);
}

TEST_CASE("a full queue is answered with busy")
{
    ChannelWorld world;
    world.queue.trouble = Failure{Errc::limit, "the queue is full"};
    world.say("close_container", {R"({"name": "web", "response_channel": "there"})"});
    REQUIRE(world.broker.published.size() == 1);
    CHECK(part<std::string>(world.reply(), "error") == "busy: the queue is full");
    CHECK(part<bool>(world.reply(), "busy"));
    world.queue.trouble = Failure{Errc::refused, "there is no engine"};
    world.say("close_container", {R"({"name": "web", "response_channel": "there"})"});
    CHECK(part<std::string>(world.reply(1), "error") == "there is no engine");
    CHECK(world.channels.counts().at("close_container").busy == 1);
    CHECK(world.channels.counts().at("close_container").refused == 1);
}

TEST_CASE("whose lines are told meanwhile is told over the broker that it asked over")
{
    ChannelWorld world;
    world.say("start_container.create", {R"({"image": "nginx", "name": "web", "id": 5, "log_channel": "lines"})"});
    const Object& fields = world.queue.all.at(0).invocation.kwargs;
    CHECK(part<std::string>(fields, "broker") == "redis");
    CHECK(part<std::int64_t>(fields, "id") == 5);
}

TEST_CASE("entries of a stream are accepted once, in their order, and what is refused for good is answered")
{
    ChannelWorld world;
    const auto entry = [](const std::string& id, const std::string& channel, const std::string& payload) {
        StreamEntry one;
        one.stream = "containers";
        one.id = id;
        one.fields = {{"channel", channel}, {"payload", payload}};
        return one;
    };
    std::vector<Result<void>> results;
    const auto take = [&](std::vector<StreamEntry> entries) {
        asio::co_spawn(world.io, world.channels.take_entries(std::move(entries)),
                       [&](const std::exception_ptr&, std::vector<Result<void>> given) { results = std::move(given); });
        world.settle();
    };
    take({entry("1-1", "close_container", R"({"name": "web"})"),
          entry("1-2", "close_container", R"({"nam": "web", "response_channel": "there"})"), entry("1-3", "x", "{}")});
    REQUIRE(results.size() == 3);
    CHECK(results[0]);
    REQUIRE_FALSE(results[1]);
    CHECK_FALSE(results[1].error().retry);
    CHECK_FALSE(results[2]);
    REQUIRE(world.queue.all.size() == 1);
    CHECK(world.queue.all[0].idempotency_key == "redis containers 1-1");
    CHECK(world.broker.published.size() == 1);
    world.queue.trouble = Failure{Errc::limit, "the queue is full"};
    take({entry("1-4", "close_container", R"({"name": "web", "response_channel": "there"})")});
    REQUIRE(results.size() == 1);
    REQUIRE_FALSE(results[0]);
    CHECK(results[0].error().retry);
    CHECK(world.broker.published.size() == 1);
}

TEST_CASE("an entry is counted once, however often its stream delivers it")
{
    ChannelWorld world;
    const auto take = [&](Object fields) {
        StreamEntry entry;
        entry.stream = "containers";
        entry.id = "1-1";
        entry.fields = std::move(fields);
        asio::co_spawn(world.io, world.channels.take_entries({entry}), [](const std::exception_ptr&, const auto&) {});
        world.settle();
    };
    const Object close{{"channel", "close_container"}, {"payload", R"({"name": "web"})"}};
    const auto& counts = world.channels.counts().at("close_container");
    world.queue.trouble = Failure{Errc::limit, "the queue is full"};
    take(close);
    CHECK(counts.heard == 0);
    world.queue.trouble.reset();
    take(close);
    CHECK(counts.heard == 1);
    world.queue.fresh = false;
    take(close);
    CHECK(counts.heard == 1);
    world.queue.trouble = Failure{Errc::refused, "there is no engine"};
    world.queue.trouble->retry = false;
    take(close);
    CHECK(counts.heard == 2);
}

TEST_CASE("an entry without a channel is named as what it is, and answered")
{
    ChannelWorld world;
    StreamEntry entry;
    entry.fields = {{"payload", R"({"name": "web", "response_channel": "there", "id": 7})"}};
    asio::co_spawn(world.io, world.channels.take_entries({entry}), [](const std::exception_ptr&, const auto&) {});
    world.settle();
    CHECK(world.queue.all.empty());
    REQUIRE(world.warnings.size() == 1);
    CHECK(world.warnings[0].find("stream 'containers' is refused: an entry needs a field 'channel'") !=
          std::string::npos);
    REQUIRE(world.broker.published.size() == 1);
    CHECK(part<std::int64_t>(world.reply(), "id") == 7);
    CHECK(world.channels.counts().at("other").refused == 1);
}

TEST_CASE("many messages at once keep their order, and only some are being put at a time")
{
    ChannelWorld world;
    std::vector<std::string> payloads;
    for (int i = 0; i < 50; ++i)
        payloads.push_back(R"({"name": "n)" + std::to_string(i) + R"("})");
    world.say("close_container", payloads);
    REQUIRE(world.queue.all.size() == 50);
    for (std::size_t i = 0; i < 50; ++i)
        CHECK(world.queue.all[i].order_key == "container n" + std::to_string(i));
}
