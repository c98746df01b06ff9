#include "http_world.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using Then = Reply::Then;

namespace {

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

Reply echo(const std::string& request)
{
    return answer(200, request);
}

} // namespace

TEST_CASE("an answer comes with its status, headers in their order, and body")
{
    World world{[](const std::string&) { return answer(200, "hello", "X-A: 1\r\nx-a: 2\r\n"); }};
    const auto response = world.get("/greeting?x=1").value();
    CHECK(response.status == 200);
    CHECK(response.reason == "Fine");
    CHECK(response.body == "hello");
    CHECK(response.headers.all("X-A") == std::vector<std::string>{"1", "2"});
    CHECK(*response.headers.find("content-length") == "5");
    CHECK(response.url == world.url("/greeting?x=1"));
}

TEST_CASE("a 404 is an answer")
{
    World world{[](const std::string&) { return answer(404, "no such thing"); }};
    CHECK(world.get("/").value().status == 404);
}

TEST_CASE("a request carries host, method, headers and body")
{
    World world{echo};
    http::Request request = world.request("/grün und blau");
    request.method = "POST";
    request.headers.add("X-Mine", "yes");
    request.body = "some data";
    const std::string seen = world.send(request).value().body;
    CHECK(seen.starts_with("POST /gr%C3%BCn%20und%20blau HTTP/1.1\r\n"));
    CHECK(holds(seen, "Host: 127.0.0.1:" + std::to_string(world.peer.port()) + "\r\n"));
    CHECK(holds(seen, "X-Mine: yes\r\n"));
    CHECK(holds(seen, "Content-Length: 9\r\n"));
    CHECK(seen.ends_with("\r\n\r\nsome data"));
}

TEST_CASE("a body that is kept for another time is sent as it is, whatever its size")
{
    World world{echo};
    for (const std::size_t size : std::initializer_list<std::size_t>{0, 9, 200'000}) {
        http::Request request = world.request();
        request.method = "PUT";
        request.kept_body = std::make_shared<const std::string>(size, 'x');
        const std::string seen = world.send(request).value().body;
        CHECK(holds(seen, "Content-Length: " + std::to_string(size) + "\r\n"));
        CHECK(seen.ends_with("\r\n\r\n" + *request.kept_body));
    }
    http::Request two = world.request();
    two.kept_body = std::make_shared<const std::string>("x");
    two.from_file = "/etc/hostname";
    CHECK(world.send(two).error().code == Errc::bad_arguments);
}

TEST_CASE("a POST without a body says so, a GET says nothing")
{
    World world{echo};
    http::Request request = world.request();
    CHECK_FALSE(holds(world.send(request).value().body, "Content-Length"));
    request.method = "POST";
    CHECK(holds(world.send(request).value().body, "Content-Length: 0\r\n"));
}

TEST_CASE("userinfo becomes a Basic authorization and is shown nowhere")
{
    World world{echo};
    http::Request request;
    request.url = "http://me:s%3Acret@127.0.0.1:" + std::to_string(world.peer.port()) + "/";
    const auto response = world.send(request).value();
    CHECK(holds(response.body, "Authorization: Basic bWU6czpjcmV0\r\n"));
    CHECK_FALSE(holds(response.url, "me:"));
}

TEST_CASE("a request that would smuggle something is refused unsent")
{
    World world{echo};
    http::Request request = world.request();
    SUBCASE("header value")
    {
        request.headers.add("X-A", "1\r\nX-B: 2");
    }
    SUBCASE("header name")
    {
        request.headers.add("X-A: 1\r\nX-B", "2");
    }
    SUBCASE("method")
    {
        request.method = "GET / HTTP/1.1\r\nX-A: 1\r\n\r\nGET";
    }
    SUBCASE("URL")
    {
        request.url += "a\r\nX-A: 1";
    }
    SUBCASE("length")
    {
        request.headers.add("content-length", "7");
    }
    SUBCASE("chunks")
    {
        request.headers.add("Transfer-Encoding", "chunked");
    }
    const auto response = world.send(request);
    REQUIRE(response.has_error());
    CHECK(response.error().code == Errc::bad_arguments);
    CHECK(world.peer.requests().empty());
}

TEST_CASE("chunks are put together, what follows them is no header, and the connection is kept")
{
    World world{[](const std::string&) -> Reply {
        return {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-Late: "
                "1\r\n\r\n"};
    }};
    const auto response = world.get("/").value();
    CHECK(response.body == "hello world");
    CHECK(response.headers.find("x-late") == nullptr);
    CHECK(world.client.idle_connections() == 1);
}

TEST_CASE("a body may end with its connection")
{
    World world{[](const std::string&) -> Reply { return {"HTTP/1.1 200 OK\r\n\r\nall of it", Then::close}; }};
    CHECK(world.get("/").value().body == "all of it");
    CHECK(world.client.idle_connections() == 0);
}

TEST_CASE("answers without a body have none, whatever they announce")
{
    World world{[](const std::string& request) -> Reply {
        if (request.starts_with("HEAD"))
            return {"HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n"};
        return {"HTTP/1.1 204 No Content\r\n\r\n"};
    }};
    http::Request head = world.request();
    head.method = "HEAD";
    CHECK(world.send(head).value().body.empty());
    CHECK(world.get("/").value().status == 204);
    CHECK(world.peer.connections() == 1);
}

TEST_CASE("interim answers are skipped")
{
    World world{[](const std::string&) -> Reply {
        return {"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answer(200, "final").bytes};
    }};
    const auto response = world.get("/").value();
    CHECK(response.status == 200);
    CHECK(response.body == "final");
    CHECK(response.headers.find("link") == nullptr);
}

TEST_CASE("a connection that closes in the middle of an answer is a failure")
{
    std::string bytes;
    SUBCASE("body")
    {
        bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
    }
    SUBCASE("chunks")
    {
        bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
    }
    SUBCASE("head")
    {
        bytes = "HTTP/1.1 200 OK\r\nContent-Le";
    }
    SUBCASE("nothing") {}
    World world{[&](const std::string&) -> Reply { return {bytes, Then::close}; }};
    const auto response = world.get("/");
    REQUIRE(response.has_error());
    CHECK(response.error().code == Errc::unreachable);
    CHECK(holds(response.error().message, "127.0.0.1:" + std::to_string(world.peer.port())));
    CHECK(world.peer.requests().size() == 1);
}

TEST_CASE("what is not HTTP, and a head without bounds, are refused")
{
    std::string bytes;
    std::string expected = "not HTTP";
    SUBCASE("banner")
    {
        bytes = "SSH-2.0-OpenSSH_9.2\r\n";
    }
    SUBCASE("two lengths")
    {
        bytes = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab";
    }
    SUBCASE("long header")
    {
        bytes = "HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x');
        expected = "64 KB";
    }
    SUBCASE("many headers")
    {
        bytes = "HTTP/1.1 200 OK\r\n";
        for (int i = 0; i < 300; ++i)
            bytes += "X: y\r\n";
        bytes += "\r\n";
        expected = "256 fields";
    }
    World world{[&](const std::string&) -> Reply { return {bytes, Then::hang}; }};
    const auto response = world.get("/");
    REQUIRE(response.has_error());
    CHECK(response.error().code == Errc::refused);
    CHECK(holds(response.error().message, expected));
}

TEST_CASE("a body beyond its limit is refused with the limit's name")
{
    Reply reply;
    SUBCASE("announced")
    {
        reply = {"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n", Then::hang};
    }
    SUBCASE("endless")
    {
        reply = {"HTTP/1.1 200 OK\r\n\r\n" + std::string(2000, 'x'), Then::repeat};
    }
    World world{[&](const std::string&) { return reply; }};
    http::Request request = world.request("/x?token=secret");
    request.body_limit = 1024;
    const auto response = world.send(request);
    REQUIRE(response.has_error());
    CHECK(response.error().code == Errc::limit);
    CHECK(holds(response.error().message, "1 KB"));
    CHECK_FALSE(holds(response.error().message, "secret"));
}

TEST_CASE("a closed port, a missing host and a missing local socket are told apart")
{
    World world{echo};
    boost::asio::ip::tcp::acceptor closed{world.context, {boost::asio::ip::address_v4::loopback(), 0}};
    http::Request request;
    request.url = "http://127.0.0.1:" + std::to_string(closed.local_endpoint().port()) + "/";
    closed.close();
    const auto refused = world.send(request);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == Errc::refused);
    CHECK(holds(refused.error().message, "nobody listens on 127.0.0.1:"));

    // Longer than a part of a name may be: no name server needs to be asked.
    request.url = "http://" + std::string(70, 'x') + "/";
    const auto missing = world.send(request);
    REQUIRE(missing.has_error());
    CHECK(missing.error().code == Errc::not_found);
    CHECK(holds(missing.error().message, "there is no host 'xxx"));

    request.url = "unix:" + world.folder.at("none.sock") + ":/";
    const auto local = world.send(request);
    REQUIRE(local.has_error());
    CHECK(local.error().code == Errc::not_found);
}

TEST_CASE("a local socket speaks HTTP, too")
{
    const TempFolder folder;
    HttpPeer::Options options;
    options.socket_path = folder.at("peer.sock");
    World world{echo, options};
    http::Request request;
    request.url = "unix:" + options.socket_path + ":/v1/info";
    const std::string seen = world.send(request).value().body;
    CHECK(seen.starts_with("GET /v1/info HTTP/1.1\r\nHost: localhost\r\n"));
}

TEST_CASE("a time limit says what it was waiting for")
{
    Reply reply{"", Then::hang};
    std::string expected = "waiting for the answer of 127.0.0.1:";
    SUBCASE("head") {}
    SUBCASE("body")
    {
        reply.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
        expected = "reading the answer of 127.0.0.1:";
    }
    World world{[&](const std::string&) { return reply; }};
    http::Request request = world.request();
    request.timeout = std::chrono::milliseconds{100};
    const auto response = world.send(request);
    REQUIRE(response.has_error());
    CHECK(response.error().code == Errc::timed_out);
    CHECK(holds(response.error().message, expected));
    CHECK(holds(response.error().message, "100 ms"));
    CHECK(world.client.idle_connections() == 0);
}

TEST_CASE("a body is read in pieces as it comes, and its connection kept at the end")
{
    World world{[](const std::string&) { return answer(200, std::string(100'000, 'x')); }};
    auto stream = run(world.context, world.client.open(world.request())).value();
    CHECK(stream.head().status == 200);
    std::size_t size = 0;
    int pieces = 0;
    for (std::string piece = run(world.context, stream.read_some()).value(); !piece.empty(); ++pieces) {
        size += piece.size();
        piece = run(world.context, stream.read_some()).value();
    }
    CHECK(size == 100'000);
    CHECK(pieces > 1);
    CHECK(world.client.idle_connections() == 1);
    CHECK(run(world.context, stream.read_some()).value().empty());
}

TEST_CASE("a cancelled request throws, and its connection is not used again")
{
    Reply reply{"", Then::hang};
    SUBCASE("before the answer") {}
    SUBCASE("in the body")
    {
        reply.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
    }
    World world{[&](const std::string&) { return reply; }};
    const auto reached = [&] { return !world.peer.requests().empty(); };
    CHECK(is_cancelled_after(world.context, world.client.send(world.request()), reached));
    CHECK(world.client.idle_connections() == 0);
}
