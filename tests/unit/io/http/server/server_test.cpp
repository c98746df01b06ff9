#include "server_world.hpp"

#include <doctest/doctest.h>

#include <deque>

using namespace forager;
using namespace forager::test;
namespace asio = boost::asio;
using http::ServedRequest;

namespace {

const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, const std::string& part)
{
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

asio::awaitable<http::Reply> echo(ServedRequest request)
{
    std::string text = request.method + " " + request.path;
    for (const auto& [name, value] : request.query)
        text += " " + name + "=" + value;
    co_return http::text_reply(200, text + "\n" + request.body);
}

asio::awaitable<http::Reply> throwing(ServedRequest)
{
    throw std::runtime_error{"the password is hunter2"};
    co_return http::Reply{};
}

asio::awaitable<http::Reply> smuggling(ServedRequest)
{
    http::Reply reply;
    reply.headers.add("Location", "/\r\nSet-Cookie: a=b");
    co_return reply;
}

class Pieces final : public http::BodySource {
public:
    explicit Pieces(std::deque<std::string> pieces) : pieces_{std::move(pieces)} {}

    asio::awaitable<std::string> next() override
    {
        std::string piece = std::move(pieces_.front());
        pieces_.pop_front();
        if (piece == "throw")
            throw std::runtime_error{"lost"};
        co_return piece;
    }

private:
    std::deque<std::string> pieces_;
};

asio::awaitable<http::Reply> stream(ServedRequest request)
{
    std::deque<std::string> pieces{"one\n", "two\n", ""};
    if (request.path == "/broken")
        pieces = {"one\n", "throw"};
    co_return http::stream_reply("text/plain", std::make_unique<Pieces>(std::move(pieces)));
}

} // namespace

TEST_CASE("a request reaches the handler and its reply the client, on a local socket and on TCP")
{
    ServerWorld world{echo};
    const auto response = world.get("/a%20b?x=1").value();
    CHECK(response.status == 200);
    CHECK(response.reason == "OK");
    CHECK(response.body == "GET /a b x=1\n");
    CHECK(*response.headers.find("content-type") == "text/plain; charset=utf-8");
    CHECK(response.headers.find("date")->ends_with(" GMT"));

    http::Request request;
    request.url = "http://127.0.0.1:" + std::to_string(world.port) + "/b";
    request.method = "POST";
    request.body = std::string(1'000'000, 'x');
    CHECK(world.send(request).value().body == "POST /b\n" + request.body);
}

TEST_CASE("a local socket tells whose process asks, TCP its address")
{
    std::vector<ServedRequest> seen;
    ServerWorld world{[&](ServedRequest request) {
        seen.push_back(request);
        return echo(std::move(request));
    }};
    auto local = world.local();
    local.send(get);
    local.wait_for("GET /");
    auto tcp = world.tcp();
    tcp.send(get);
    tcp.wait_for("GET /");
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].peer == "local socket");
    CHECK(seen[0].uid == ::getuid());
    CHECK(seen[1].peer.starts_with("127.0.0.1:"));
    CHECK_FALSE(seen[1].uid);
}

TEST_CASE("a connection is kept for the next request, also after chunks")
{
    ServerWorld world{echo};
    auto client = world.tcp();
    client.send("POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
    client.wait_for("hi");
    client.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(holds(client.wait_for("/2"), "Connection: keep-alive\r\n"));
    CHECK(world.server.connections() == 1);
}

TEST_CASE("requests that are sent ahead are answered in their order, one at a time")
{
    ServerWorld world{echo};
    auto client = world.local();
    std::string all;
    for (int i = 0; i < 3000; ++i)
        all += "GET /" + std::to_string(i) + "; HTTP/1.1\r\nHost: a\r\n\r\n";
    client.send(all + "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + get);
    const std::string replies = client.wait_for_end();
    CHECK(count(replies, "HTTP/1.1 200 OK") == 3001);
    CHECK(replies.ends_with("GET /last\n"));
    CHECK(replies.find("GET /1;") < replies.find("GET /2;"));
    CHECK(replies.find("GET /2;") < replies.find("GET /2999;"));
}

TEST_CASE("the reply to a HEAD announces the body and has none")
{
    ServerWorld world{echo};
    auto client = world.tcp();
    client.send("HEAD /abc HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const std::string reply = client.wait_for_end();
    CHECK(holds(reply, "Content-Length: 10\r\n"));
    CHECK(reply.ends_with("\r\n\r\n"));
}

TEST_CASE("a client that asks before it sends a body is told to go on, or why not")
{
    http::Server::Config config;
    config.body_limit = 10;
    ServerWorld world{echo, config};
    auto client = world.tcp();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    CHECK(client.wait_for("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("hi");
    CHECK(holds(client.wait_for("hi"), "HTTP/1.1 200 OK\r\n"));
    client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 20\r\n\r\n");
    const std::string replies = client.wait_for_end();
    CHECK(holds(replies, "HTTP/1.1 413 "));
    CHECK(count(replies, "100 Continue") == 1);
}

TEST_CASE("a client of HTTP/1.0 gets its reply and the end, or is kept when it asks for that")
{
    ServerWorld world{echo};
    auto client = world.tcp();
    client.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(holds(client.wait_for("/1"), "Connection: keep-alive\r\n"));
    client.send("GET /2 HTTP/1.0\r\n\r\n");
    CHECK(client.wait_for_end().ends_with("GET /2\n"));
}

TEST_CASE("a client that closes its sending side is still answered")
{
    ServerWorld world{echo};
    auto client = world.tcp();
    client.send(get + get);
    client.close_sending_side();
    CHECK(count(client.wait_for_end(), "HTTP/1.1 200 OK") == 2);
}

TEST_CASE("what a handler throws becomes a 500 that tells nothing of it, and the connection goes on")
{
    ServerWorld world{throwing};
    auto client = world.local();
    client.send(get);
    const std::string reply = client.wait_for("}}\n");
    CHECK(holds(reply, "HTTP/1.1 500 Internal Server Error\r\n"));
    CHECK(holds(reply, R"({"ok":false,"error":{"code":"internal","message":")"));
    CHECK_FALSE(holds(reply, "hunter2"));
    client.send(get);
    client.wait_for("}}\nHTTP/1.1 500");
    CHECK_FALSE(client.ended());
}

TEST_CASE("a reply that would smuggle something is not sent")
{
    ServerWorld world{smuggling};
    CHECK(world.get("/").value().status == 500);
}

TEST_CASE("a body that is made while it is sent comes in chunks, to HTTP/1.0 until the end")
{
    ServerWorld world{stream};
    CHECK(world.get("/").value().body == "one\ntwo\n");
    auto client = world.tcp();
    client.send(get);
    CHECK(client.wait_for("0\r\n\r\n").ends_with("4\r\none\n\r\n4\r\ntwo\n\r\n0\r\n\r\n"));
    auto old = world.tcp();
    old.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(old.wait_for_end().ends_with("Connection: close\r\n" + old.received().substr(old.received().find("Date: "))));
    CHECK(old.received().ends_with("\r\n\r\none\ntwo\n"));
}

TEST_CASE("a body that cannot be made to its end is seen to be incomplete")
{
    ServerWorld world{stream};
    const auto response = world.get("/broken");
    REQUIRE(response.has_error());
    CHECK(response.error().code == Errc::unreachable);
}
