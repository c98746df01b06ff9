#include "http_world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using Then = Reply::Then;

namespace {

const Identity& authority()
{
    static const Identity made = self_signed({.names = {}, .authority = true});
    return made;
}

HttpPeer::Options secured(const CertificatePlan& plan)
{
    HttpPeer::Options options;
    options.identity = signed_by(authority(), plan);
    return options;
}

HttpPeer::Options trustworthy()
{
    return secured({.names = {"DNS:localhost", "IP:127.0.0.1"}});
}

// A client that trusts the test's authority.
struct Trusting : World {
    explicit Trusting(
        HttpPeer::Options options, HttpPeer::Handler handler = [](const std::string&) { return answer(200, "secret"); })
        : World{std::move(handler), std::move(options)}
    {
        ca_file = folder.write("ca.pem", authority().certificate);
    }
    http::Request request() const
    {
        http::Request request = World::request();
        request.tls.ca_file = ca_file;
        return request;
    }
    std::string ca_file;
};

std::string rejection(Trusting& world, http::Request request)
{
    const auto response = world.send(std::move(request));
    REQUIRE(response.has_error());
    CHECK(response.error().code == Errc::refused);
    CHECK_FALSE(response.error().retry);
    CHECK(response.error().message.find("localhost:" + std::to_string(world.peer.port())) != std::string::npos);
    CHECK(world.peer.requests().empty());
    return response.error().message;
}

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a verified peer is spoken to, and its connection kept")
{
    Trusting world{trustworthy()};
    CHECK(world.send(world.request()).value().body == "secret");
    CHECK(world.send(world.request()).value().body == "secret");
    CHECK(world.peer.connections() == 1);
}

TEST_CASE("an address can be what a certificate is for")
{
    Trusting world{trustworthy()};
    http::Request request = world.request();
    request.url = "https://127.0.0.1:" + std::to_string(world.peer.port()) + "/";
    CHECK(world.send(request).value().body == "secret");
}

TEST_CASE("the failure says what is wrong with a certificate")
{
    SUBCASE("expired")
    {
        Trusting world{secured({.names = {"DNS:localhost"}, .days_from = -3, .days_until = -1})};
        CHECK(holds(rejection(world, world.request()), "has expired on 20"));
    }
    SUBCASE("too new")
    {
        Trusting world{secured({.names = {"DNS:localhost"}, .days_from = 1, .days_until = 2})};
        CHECK(holds(rejection(world, world.request()), "is not valid before 20"));
    }
    SUBCASE("another's")
    {
        Trusting world{secured({.names = {"DNS:example.org", "DNS:www.example.org"}})};
        CHECK(holds(rejection(world, world.request()), "is for example.org and www.example.org and not for this host"));
    }
    SUBCASE("signed by itself")
    {
        HttpPeer::Options options;
        options.identity = self_signed({.names = {"DNS:localhost"}});
        Trusting world{options};
        CHECK(holds(rejection(world, world.request()), "signed by itself"));
    }
    SUBCASE("signed by a stranger")
    {
        Trusting world{trustworthy()};
        http::Request request = world.request();
        request.tls.ca_file.clear();
        CHECK(holds(rejection(world, request), "signed by CN = Forager Test Authority, which is no trusted authority"));
    }
}

TEST_CASE("verification can be given up in so many words")
{
    Trusting world{secured({.names = {"DNS:example.org"}, .days_from = -3, .days_until = -1})};
    http::Request request = world.request();
    request.tls.verify = false;
    CHECK(world.send(request).value().body == "secret");
}

TEST_CASE("a client shows its own certificate when it has one")
{
    HttpPeer::Options options = trustworthy();
    options.client_authority = authority().certificate;
    Trusting world{options};
    const Identity mine = signed_by(authority(), {});
    http::Request request = world.request();
    const auto stranger = world.send(request);
    REQUIRE(stranger.has_error());
    CHECK_FALSE(stranger.error().retry);
    request.tls.cert_file = world.folder.write("mine.pem", mine.certificate);
    request.tls.key_file = world.folder.write("mine.key", mine.key);
    CHECK(world.send(request).value().body == "secret");
}

TEST_CASE("what to trust and who the client is may come as texts, and differ from request to request")
{
    HttpPeer::Options options = trustworthy();
    options.client_authority = authority().certificate;
    Trusting world{options};
    const Identity mine = signed_by(authority(), {});
    http::Request request = world.World::request();
    request.tls.ca_pem = authority().certificate;
    request.tls.cert_pem = mine.certificate;
    request.tls.key_pem = mine.key;
    CHECK(world.send(request).value().body == "secret");
    const Identity again = signed_by(authority(), {});
    request.tls.cert_pem = again.certificate;
    request.tls.key_pem = again.key;
    CHECK(world.send(request).value().body == "secret");
    CHECK(world.peer.connections() == 2); // who was somebody else on it has no part in it
    request.tls.key_pem = "no key";
    CHECK(world.send(request).error().code == Errc::bad_arguments);
    request.tls.ca_pem = "no certificate";
    CHECK(world.send(request).error().code == Errc::bad_arguments);
}

TEST_CASE("whom a certificate must be for may be said")
{
    Trusting world{secured({.names = {"DNS:api.example.org"}})};
    http::Request request = world.request();
    CHECK(holds(rejection(world, request), "is for api.example.org and not for this host"));
    request.tls.server_name = "api.example.org";
    CHECK(world.send(request).value().body == "secret");
}

TEST_CASE("a file of certificates that cannot be used is named")
{
    Trusting world{trustworthy()};
    http::Request request = world.request();
    request.tls.ca_file = world.folder.at("none.pem");
    const auto missing = world.send(request);
    REQUIRE(missing.has_error());
    CHECK(missing.error().code == Errc::not_found);
    CHECK(holds(missing.error().message, "none.pem"));
    request.tls.ca_file = world.folder.write("bad.pem", "no certificate");
    const auto bad = world.send(request);
    REQUIRE(bad.has_error());
    CHECK(bad.error().code == Errc::bad_arguments);
}

TEST_CASE("an encrypted answer that ends with its connection needs the peer's farewell")
{
    Then then = Then::close;
    SUBCASE("with") {}
    SUBCASE("without")
    {
        then = Then::vanish;
    }
    Trusting world{trustworthy(),
                   [&](const std::string&) -> Reply { return {"HTTP/1.1 200 OK\r\n\r\nall of it", then}; }};
    const auto response = world.send(world.request());
    if (then == Then::close)
        CHECK(response.value().body == "all of it");
    else
        CHECK(response.error().code == Errc::unreachable);
}

TEST_CASE("an encrypted answer of known length needs no farewell")
{
    Trusting world{trustworthy(), [](const std::string&) {
                       Reply reply = answer(200, "all of it");
                       reply.then = Then::vanish;
                       return reply;
                   }};
    CHECK(world.send(world.request()).value().body == "all of it");
    CHECK(world.send(world.request()).value().body == "all of it");
}

TEST_CASE("a peer that does not speak TLS is told apart from one that does not answer")
{
    HttpPeer::Options options;
    options.banner = "220 mail.example.org ESMTP\r\n";
    World plain{[](const std::string&) { return answer(400, "what?"); }, options};
    http::Request request = plain.request();
    request.url.replace(0, 4, "https");
    const auto response = plain.send(request);
    REQUIRE(response.has_error());
    CHECK(holds(response.error().message, "the TLS handshake with 127.0.0.1:"));
    CHECK(holds(response.error().message, " failed: what answers there speaks no TLS"));
    CHECK(response.error().code == Errc::refused);
    CHECK_FALSE(response.error().retry);
}

TEST_CASE("the time limit of a connection includes its handshake")
{
    HttpPeer::Options options = trustworthy();
    options.hang_before_handshake = true;
    Trusting world{options};
    http::Request request = world.request();
    request.connect_timeout = std::chrono::milliseconds{100};
    const auto response = world.send(request);
    REQUIRE(response.has_error());
    CHECK(response.error().code == Errc::timed_out);
    CHECK(holds(response.error().message, "in the TLS handshake with localhost:"));
    request.connect_timeout = std::chrono::hours{1};
    const int before = world.peer.connections();
    CHECK(is_cancelled_after(world.context, world.client.send(request),
                             [&] { return world.peer.connections() > before; }));
}

TEST_CASE("a large encrypted body comes through whole")
{
    const std::string large(3'000'000, 'x');
    Trusting world{trustworthy(), [](const std::string& request) { return answer(200, request); }};
    http::Request request = world.request();
    request.method = "PUT";
    request.body = large;
    CHECK(world.send(request).value().body.ends_with("\r\n\r\n" + large));
}
