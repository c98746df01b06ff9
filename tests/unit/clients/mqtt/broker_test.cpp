#include "clients/mqtt/broker.hpp"
#include "io/system_clock.hpp"
#include "result_text.hpp"
#include "run.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <list>
#include <optional>

using namespace forager;
using namespace forager::mqtt;
using namespace forager::test;
using namespace std::string_literals;

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// A small broker that answers each packet as a test says.
class Peer {
public:
    using Handler = std::function<std::string(const Packet& packet)>;

    Peer(asio::io_context& context, Handler handler)
        : handler_{std::move(handler)}, acceptor_{context, tcp::endpoint{asio::ip::address_v4::loopback(), 0}}
    {
        asio::co_spawn(context, accept(), asio::detached);
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    void say(const std::string& bytes)
    {
        for (tcp::socket& socket : sockets_)
            asio::write(socket, asio::buffer(bytes));
    }

    std::vector<Packet> heard;
    int connections = 0;

private:
    asio::awaitable<void> accept()
    {
        for (;;) {
            auto accepted = co_await acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
            if (std::get<0>(accepted))
                co_return;
            ++connections;
            const auto place = sockets_.insert(sockets_.end(), std::move(std::get<1>(accepted)));
            asio::co_spawn(acceptor_.get_executor(), serve(place), asio::detached);
        }
    }

    asio::awaitable<void> serve(std::list<tcp::socket>::iterator socket)
    {
        PacketReader reader{100'000};
        for (;;) {
            char space[4096];
            const auto read =
                co_await socket->async_read_some(asio::buffer(space), asio::as_tuple(asio::use_awaitable));
            if (std::get<0>(read))
                co_return;
            reader.feed({space, std::get<1>(read)});
            std::string answer;
            while (auto packet = reader.next().value()) {
                heard.push_back(*packet);
                answer += handler_(*packet);
            }
            asio::write(*socket, asio::buffer(answer));
        }
    }

    Handler handler_;
    tcp::acceptor acceptor_;
    std::list<tcp::socket> sockets_;
};

// A yes to everything; the number of a packet stands at its beginning, of a publication behind the topic.
std::string usual(const Packet& packet)
{
    switch (packet.kind) {
    case Kind::connect: return "\x20\3\0\0\0"s;
    case Kind::publish: return puback_packet(arrival_in(packet).value().number);
    case Kind::subscribe: return "\x90\4"s + packet.body.substr(0, 2) + "\0\1"s;
    case Kind::unsubscribe: return "\xb0\4"s + packet.body.substr(0, 2) + "\0\0"s;
    default: return "";
    }
}

struct MqttWorld {
    explicit MqttWorld(Peer::Handler handler) : peer{context, std::move(handler)}
    {
        Config config;
        config.address = parse_address("mqtt://ann:word@127.0.0.1:" + std::to_string(peer.port())).value();
        broker.emplace(context.get_executor(), pool, clock, config);
    }

    template <class T> T run(asio::awaitable<T> work) { return test::run(context, std::move(work)); }

    std::vector<BrokerMessage> next_messages(BrokerSubscription& subscription)
    {
        for (;;) {
            auto messages = run(subscription.next()).value();
            if (!messages.empty())
                return messages;
        }
    }

    asio::io_context context{1};
    SystemClock clock{context.get_executor()};
    BlockingPool pool{1};
    Peer peer;
    std::optional<MqttBroker> broker;
};

// A publication as a subscriber of these identifiers gets it.
std::string message(const std::string& topic, const std::string& identifiers, const std::string& payload)
{
    std::string properties;
    for (const char identifier : identifiers)
        properties += "\x0b"s + identifier;
    const std::string body =
        "\0"s + static_cast<char>(topic.size()) + topic + static_cast<char>(properties.size()) + properties + payload;
    return "\x30"s + static_cast<char>(body.size()) + body;
}

} // namespace

TEST_CASE("a publication is over when the broker has it, and all go over one connection")
{
    MqttWorld world{usual};
    CHECK(world.run(world.broker->publish("a/b", "1")));
    CHECK(world.run(world.broker->publish("a/b", "2")));
    CHECK(world.peer.connections == 1);
    REQUIRE(world.peer.heard.size() == 3);
    CHECK(arrival_in(world.peer.heard[2]).value().payload == "2");
}

TEST_CASE("what the broker refuses is told in its words")
{
    MqttWorld stranger{[](const Packet&) { return "\x20\3\0\x86\0"s; }};
    const auto let_in = stranger.run(stranger.broker->publish("a", "1"));
    REQUIRE_FALSE(let_in);
    CHECK(let_in.error().code == Errc::refused);
    CHECK(let_in.error().message.find("[mqtt] user") != std::string::npos);
    MqttWorld poor{[](const Packet& packet) {
        return packet.kind == Kind::publish ? "\x40\4"s + packet.body.substr(3, 2) + "\x87\0"s : usual(packet);
    }};
    const auto sent = poor.run(poor.broker->publish("a", "1"));
    REQUIRE_FALSE(sent);
    CHECK(sent.error().message.find("not authorized") != std::string::npos);
}

TEST_CASE("no more is sent unanswered than the broker takes")
{
    std::vector<std::string> unanswered;
    MqttWorld world{[&](const Packet& packet) {
        if (packet.kind == Kind::connect)
            return "\x20\6\0\0\3\x21\0\2"s;
        unanswered.push_back(puback_packet(arrival_in(packet).value().number));
        return ""s;
    }};
    int done = 0;
    for (int i = 0; i < 5; ++i)
        asio::co_spawn(
            world.context, world.broker->publish("a", "1"),
            [&done](const std::exception_ptr& thrown, Result<void> sent) { done += !thrown && sent ? 1 : 0; });
    std::size_t most = 0;
    while (done < 5) {
        world.context.restart();
        world.context.run_for(std::chrono::milliseconds{20});
        most = std::max(most, unanswered.size());
        for (const std::string& answer : std::exchange(unanswered, {}))
            world.peer.say(answer);
    }
    CHECK(most == 2);
}

TEST_CASE("a message goes to the patterns that the broker says it fits, or to the first that does")
{
    MqttWorld world{usual};
    auto subscription = world.run(world.broker->subscribe({"a/#", "a/+"})).value();
    world.peer.say(message("a/b", "\1\2", "both") + message("a/b", "\2", "one") + message("a/b", "", "unsaid"));
    std::vector<std::string> heard;
    while (heard.size() < 4)
        for (const BrokerMessage& one : world.next_messages(*subscription))
            heard.push_back(one.pattern + " " + one.payload);
    CHECK(heard == std::vector<std::string>{"a/# both", "a/+ both", "a/+ one", "a/# unsaid"});
}

TEST_CASE("a filter that is refused keeps no other from being heard, and others take their place")
{
    MqttWorld world{[](const Packet& packet) {
        if (packet.kind == Kind::subscribe && packet.body.find("secret") != std::string::npos)
            return "\x90\4"s + packet.body.substr(0, 2) + "\0\x87"s;
        return usual(packet);
    }};
    auto subscription = world.run(world.broker->subscribe({"secret", "a", "no#filter"})).value();
    CHECK(subscription->refused().size() == 2);
    subscription->hear({"a", "c"});
    CHECK(subscription->refused().empty());
    while (world.peer.heard.back().kind != Kind::subscribe ||
           world.peer.heard.back().body.find("c\1") == std::string::npos)
        (void)world.run(subscription->next());
    CHECK(world.peer.connections == 1);
}

TEST_CASE("what is let go outside of the loop is gone when the loop has turned")
{
    MqttWorld world{usual};
    auto subscription = world.run(world.broker->subscribe({"a"})).value();
    CHECK(world.run(world.broker->publish("a", "1")));
    subscription->hear({"b"}); // is being sent
    subscription.reset();
    world.broker.reset();
    world.context.restart();
    world.context.poll();
    CHECK(world.peer.connections == 2);
}

TEST_CASE("a broker that says farewell ends a subscription")
{
    MqttWorld world{usual};
    auto subscription = world.run(world.broker->subscribe({"a"})).value();
    world.peer.say("\xe0\2\x8b\0"s);
    const auto end = world.run(subscription->next());
    REQUIRE_FALSE(end);
    CHECK(end.error().message.find("shutting down") != std::string::npos);
}
