#include "clients/colonies/subscription.hpp"

#include "clients/colonies/refusal.hpp"
#include "colony_world.hpp"
#include "http_world.hpp"
#include "web_socket_peer.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::colonies;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

// A server that tells what the test says, whoever subscribes.
struct Telling {
    explicit Telling(Talk talk)
        : peer{context, [talk = std::move(talk)](const std::string&) { return talk; }}, client{pool, clock, config()}
    {
    }

    template <class T> T run(boost::asio::awaitable<T> work) { return test::run(context, std::move(work)); }
    Caller caller() { return {client, key}; }
    Heard last() const { return heard(peer.heard().back()); }

    Client::Config config() const
    {
        Client::Config config;
        config.host = "127.0.0.1";
        config.port = peer.port();
        return config;
    }

    boost::asio::io_context context{1};
    SystemClock clock{context.get_executor()};
    BlockingPool pool{1};
    WebSocketPeer peer;
    Client client;
    PrivateKey key = PrivateKey::generate();
};

const std::string event = named(reply_around(R"({"processid":"p1","state":2})"), "subscribeprocessmsg");

} // namespace

TEST_CASE("a subscription is signed, and tells each process until it is lost")
{
    for (const auto then : {Talk::Then::close, Talk::Then::vanish}) {
        Telling world{{{event, event}, then}};
        auto events =
            world.run(subscribe_processes(world.caller(), "c", "edge", ProcessState::successful, 60s)).value();
        CHECK(world.run(events.next()).value().state == ProcessState::successful);
        CHECK(world.run(events.next()).value().id == "p1");
        CHECK(world.run(events.next()).error().code == Errc::unreachable);
        CHECK(world.run(events.next()).error().code == Errc::unreachable);
        const Object expected{{"colonyname", "c"},
                              {"executortype", "edge"},
                              {"state", 2},
                              {"timeout", 60},
                              {"msgtype", "subscribeprocessesmsg"}};
        CHECK(world.last().payload == expected);
        CHECK(world.last().signer == world.key.id());
        CHECK(world.peer.asked().starts_with("/pubsub "));
    }
}

TEST_CASE("who lost a subscription can subscribe again")
{
    Telling world{{{event}, Talk::Then::vanish}};
    for (int i = 0; i < 2; ++i) {
        auto events = world.run(subscribe_process(world.caller(), "c", "p1", ProcessState::cancelled, 60s)).value();
        CHECK(world.run(events.next()).has_value());
        CHECK(world.run(events.next()).has_error());
    }
    CHECK(world.peer.heard().size() == 2);
    CHECK(part<std::string>(world.last().payload, "processid") == "p1");
}

TEST_CASE("a refused subscription says why")
{
    Telling world{{{reply_around(R"({"status":403,"message":"executor not found"})", true)}, Talk::Then::hang}};
    auto events = world.run(subscribe_processes(world.caller(), "c", "edge", ProcessState::waiting, 60s)).value();
    const auto next = world.run(events.next());
    CHECK(next.error().code == Errc::refused);
    CHECK(part<std::string>(next.error().details, "server_message") == "executor not found");
}

TEST_CASE("nonsense from a subscription is a failure, and the next event is read")
{
    Telling world{{{"<html>", event}, Talk::Then::hang}};
    auto events = world.run(subscribe_processes(world.caller(), "c", "edge", ProcessState::waiting, 60s)).value();
    CHECK(refusal_of(world.run(events.next()).error()) == Refusal::nonsense);
    CHECK(world.run(events.next()).has_value());
}

TEST_CASE("entries of a channel come in lists, and an empty one says that the time is over")
{
    const auto told = [](std::string_view entries) { return named(reply_around(entries), "subscribechannelmsg"); };
    const std::string entries = told(R"([{"sequence":1,"payload":"aGk=","type":"data"}])");
    Telling world{{{entries, told("[]")}, Talk::Then::hang}};
    auto channel = world.run(subscribe_channel(world.caller(), "p1", "ctl", 3, 30s)).value();
    CHECK(world.run(channel.next()).value().at(0).payload == "hi");
    CHECK(world.run(channel.next()).value().empty());
    CHECK(part<std::int64_t>(world.last().payload, "afterseq") == 3);
}

TEST_CASE("waiting for an event can be cancelled")
{
    Telling world{{{}, Talk::Then::hang}};
    auto events = world.run(subscribe_processes(world.caller(), "c", "edge", ProcessState::waiting, 60s)).value();
    CHECK(is_cancelled_after(world.context, events.next(), [&] { return !world.peer.heard().empty(); }));
}

TEST_CASE("nobody there to subscribe to is unreachable")
{
    Telling world{{}};
    auto config = world.config();
    config.port = 1;
    Client nobody{world.pool, world.clock, config};
    const auto events = world.run(subscribe_processes({nobody, world.key}, "c", "edge", ProcessState::waiting, 60s));
    REQUIRE(events.has_error());
    CHECK(events.error().code == Errc::unreachable);
    CHECK(events.error().message.starts_with("the colony server at 127.0.0.1:1 could not be asked for a subscription"));
}
