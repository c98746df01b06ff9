#include "io/http/web_socket.hpp"

#include "http_world.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"
#include "web_socket_peer.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;
using http::WebSocket;

namespace {

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

struct Sockets {
    boost::asio::io_context context{1};
    SystemClock clock{context.get_executor()};
    BlockingPool pool{1};
    http::Connector connector{pool, clock};

    template <class T> T run(boost::asio::awaitable<T> work) { return test::run(context, std::move(work)); }

    Result<WebSocket> open(WebSocket::Request request)
    {
        return run(WebSocket::open(connector, clock, std::move(request)));
    }
};

// A peer that talks as the test says, and a socket to it.
struct Talking : Sockets {
    explicit Talking(Talk talk) : peer{context, [talk = std::move(talk)](const std::string&) { return talk; }} {}

    WebSocket::Request request() const
    {
        WebSocket::Request request;
        request.url = "http://127.0.0.1:" + std::to_string(peer.port()) + "/pubsub";
        return request;
    }

    WebSocket asked(WebSocket::Request wanted)
    {
        auto socket = open(std::move(wanted));
        REQUIRE(socket.has_value());
        REQUIRE(run(socket->send("hello")).has_value());
        return std::move(*socket);
    }
    WebSocket asked() { return asked(request()); }

    WebSocketPeer peer;
};

// A peer that says bytes of its own after the handshake.
struct Raw : Sockets {
    explicit Raw(std::string frames, HttpPeer::Options options = {})
        : peer{context, [frames](const std::string& request) { return Reply{accepted(request) + frames, then}; },
               options},
          secure{options.identity.has_value()}
    {
    }

    // The first of the subprotocols that are offered is chosen.
    static std::string accepted(const std::string& request)
    {
        const std::size_t offer = request.find("Sec-WebSocket-Protocol: ");
        const std::string chosen = offer == std::string::npos
                                       ? ""
                                       : request.substr(offer, request.find_first_of(",\r", offer) - offer) + "\r\n";
        const std::size_t at = request.find("Sec-WebSocket-Key: ") + 19;
        const std::string key = request.substr(at, request.find("\r\n", at) - at);
        // The constant is RFC 6455's.
        const std::string proof = to_base64(digest(Digest::sha1, key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
        return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Accept: " +
               proof + "\r\n" + chosen + "\r\n";
    }

    WebSocket::Request request() const
    {
        WebSocket::Request request;
        request.url = (secure ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(peer.port()) + "/";
        return request;
    }

    static constexpr auto then = Reply::Then::vanish;
    HttpPeer peer;
    bool secure;
};

} // namespace

TEST_CASE("messages go both ways, and pings are answered between them")
{
    const std::string large(200'000, 'x');
    Talking world{{{"one", "", large}, Talk::Then::hang}};
    auto socket = world.asked();
    CHECK(world.run(socket.receive()).value() == "one");
    CHECK(world.run(socket.receive()).value() == "");
    CHECK(world.run(socket.receive()).value() == large);
    CHECK(world.peer.heard() == std::vector<std::string>{"hello"});
    CHECK(world.peer.asked() == "/pubsub 127.0.0.1:" + std::to_string(world.peer.port()));
}

TEST_CASE("the end is a failure, with a farewell or without, and stays one")
{
    for (const auto then : {Talk::Then::close, Talk::Then::vanish}) {
        Talking world{{{"one"}, then}};
        auto socket = world.asked();
        CHECK(world.run(socket.receive()).value() == "one");
        for (int i = 0; i < 2; ++i)
            CHECK(world.run(socket.receive()).error().code == Errc::unreachable);
        CHECK(world.run(socket.send("more")).error().code == Errc::unreachable);
    }
}

TEST_CASE("a message in pieces is one, a cut one is none")
{
    Raw world{std::string{"\x01\x02he\x80\x03llo\x81\x05wor", 14}};
    auto socket = world.open(world.request()).value();
    CHECK(world.run(socket.receive()).value() == "hello");
    CHECK(world.run(socket.receive()).error().code == Errc::unreachable);
}

TEST_CASE("headers and subprotocols are offered, and the chosen one is known")
{
    Raw world{std::string{"\x82\x01\x03", 3}};
    auto request = world.request();
    request.headers.set("Authorization", "Bearer token");
    request.headers.set("Sec-WebSocket-Protocol", "v5.channel.k8s.io, v4.channel.k8s.io");
    auto socket = world.open(request).value();
    CHECK(socket.protocol() == "v5.channel.k8s.io");
    CHECK(holds(world.peer.requests().front(), "Authorization: Bearer token\r\n"));
    CHECK(world.run(socket.receive()).value() == "\x03");
    Raw plain{std::string{"\x82\x01\x03", 3}};
    CHECK(plain.open(plain.request()).value().protocol().empty());
}

TEST_CASE("bytes are sent as bytes")
{
    Talking world{{{"one"}, Talk::Then::hang}};
    auto socket = world.open(world.request()).value();
    const std::string bytes{"\x00\xff", 2};
    REQUIRE(world.run(socket.send_bytes(bytes)).has_value());
    CHECK(world.run(socket.receive()).value() == "one");
    CHECK(world.peer.heard() == std::vector<std::string>{bytes});
}

TEST_CASE("bytes that are no WebSocket are refused")
{
    // Three bits that nobody agreed upon.
    Raw world{std::string{"\xF1\x00", 2}};
    auto socket = world.open(world.request()).value();
    CHECK(world.run(socket.receive()).error().code == Errc::refused);
}

TEST_CASE("a message beyond the limit is refused before it comes")
{
    // It announces 2^40 bytes.
    Raw world{std::string{"\x81\x7f\x00\x00\x01\x00\x00\x00\x00\x00", 10}};
    auto request = world.request();
    request.message_limit = 1000;
    auto socket = world.open(request).value();
    const auto message = world.run(socket.receive());
    CHECK(message.error().code == Errc::limit);
    CHECK(holds(message.error().message, "larger than 1000 B"));
}

TEST_CASE("a server that wants no WebSocket says with which status")
{
    Sockets world;
    HttpPeer peer{world.context, [](const std::string&) { return answer(404, "404 page not found"); }};
    WebSocket::Request request;
    request.url = "http://127.0.0.1:" + std::to_string(peer.port()) + "/pubsub";
    const auto socket = world.open(request);
    REQUIRE(socket.has_error());
    CHECK(socket.error().code == Errc::refused);
    CHECK(holds(socket.error().message, "wants no WebSocket at /pubsub: it answered with status 404"));
    CHECK(part<std::int64_t>(socket.error().details, "status") == 404);
    CHECK(part<std::string>(socket.error().details, "body") == "404 page not found");
}

TEST_CASE("a server that stays silent is given up")
{
    Sockets world;
    HttpPeer peer{world.context, [](const std::string&) { return Reply{"", Reply::Then::hang}; }};
    WebSocket::Request request;
    request.url = "http://127.0.0.1:" + std::to_string(peer.port()) + "/";
    request.timeout = 20ms;
    const auto socket = world.open(request);
    REQUIRE(socket.has_error());
    CHECK(socket.error().code == Errc::timed_out);
    CHECK(holds(socket.error().message, "while opening a WebSocket to 127.0.0.1:"));
}

TEST_CASE("waiting for a message can be cancelled, and the connection is closed then")
{
    Talking world{{{}, Talk::Then::hang}};
    auto socket = world.asked();
    CHECK(is_cancelled_after(world.context, socket.receive(), [&] { return !world.peer.heard().empty(); }));
}

TEST_CASE("a WebSocket runs over TLS, verified as all else")
{
    const TempFolder folder;
    const Identity authority = self_signed({.names = {}, .authority = true});
    HttpPeer::Options options;
    options.identity = signed_by(authority, {.names = {"DNS:localhost"}});
    Raw world{"\x81\x02hi", options};
    auto request = world.request();
    CHECK(world.open(request).error().code == Errc::refused);
    request.tls.ca_file = folder.write("ca.pem", authority.certificate);
    auto socket = world.open(request).value();
    CHECK(world.run(socket.receive()).value() == "hi");
}
