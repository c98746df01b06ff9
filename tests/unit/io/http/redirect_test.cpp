#include "http_world.hpp"
#include "io/http/redirect.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using http::follow;
using http::Hop;

namespace {

Hop post_to(const char* url)
{
    Hop hop;
    hop.method = "POST";
    hop.url = parse_url(url).value();
    hop.headers.add("Authorization", "Bearer x");
    hop.headers.add("Cookie", "a=b");
    hop.headers.add("Content-Type", "text/plain");
    hop.headers.add("X-Mine", "1");
    hop.with_body = true;
    return hop;
}

Hop next(const Hop& hop, int status, const std::string& location)
{
    return follow(hop, status, &location).value().value();
}

} // namespace

TEST_CASE("301, 302 and 303 turn a POST into a GET without a body; 307 and 308 do not")
{
    const Hop hop = post_to("http://a/x");
    for (const int status : {301, 302, 303}) {
        CHECK(next(hop, status, "/y").method == "GET");
        CHECK_FALSE(next(hop, status, "/y").with_body);
        CHECK(next(hop, status, "/y").headers.find("content-type") == nullptr);
    }
    for (const int status : {307, 308}) {
        CHECK(next(hop, status, "/y").method == "POST");
        CHECK(next(hop, status, "/y").with_body);
    }
}

TEST_CASE("other methods are kept by 301 and 302, and HEAD by 303")
{
    Hop hop = post_to("http://a/x");
    hop.method = "PUT";
    CHECK(next(hop, 302, "/y").method == "PUT");
    CHECK(next(hop, 303, "/y").method == "GET");
    hop.method = "HEAD";
    CHECK(next(hop, 303, "/y").method == "HEAD");
}

TEST_CASE("secrets stay with their origin")
{
    const Hop hop = post_to("http://user:pw@a/x");
    const Hop same = next(hop, 307, "/y");
    CHECK(same.headers.find("authorization") != nullptr);
    CHECK(same.url.userinfo == "user:pw");
    for (const char* location : {"http://b/", "http://a:81/", "https://a/"}) {
        CAPTURE(location);
        const Hop other = next(hop, 307, location);
        CHECK(other.headers.find("authorization") == nullptr);
        CHECK(other.headers.find("cookie") == nullptr);
        CHECK(other.headers.find("x-mine") != nullptr);
        CHECK_FALSE(other.url.userinfo);
    }
}

TEST_CASE("other statuses, and a redirection to nowhere, are answers")
{
    const std::string location = "/y";
    for (const int status : {200, 201, 300, 304, 404})
        CHECK_FALSE(follow(post_to("http://a/"), status, &location).value());
    CHECK_FALSE(follow(post_to("http://a/"), 302, nullptr).value());
}

TEST_CASE("a redirection to an unsafe place is refused")
{
    const auto refused = [](const char* from, const std::string& to) {
        const auto result = follow(post_to(from), 302, &to);
        return result.has_error() && result.error().code == Errc::refused;
    };
    CHECK(refused("https://a/", "http://a/"));
    CHECK(refused("http://a/", "unix:/run/docker.sock:/containers/json"));
    CHECK(refused("unix:/a.sock:/", "http://a/"));
    CHECK(refused("http://a/", "file:///etc/passwd"));
    CHECK(refused("http://a/", "/x\r\ny"));
}

TEST_CASE("redirections are followed to the end, on one connection")
{
    World world{[](const std::string& request) {
        if (request.starts_with("POST /a "))
            return answer(302, "moved", "Location: b/c?d=1\r\n");
        return answer(200, request);
    }};
    http::Request request = world.request("/a");
    request.method = "POST";
    request.body = "data";
    const auto response = world.send(request).value();
    CHECK(response.body.starts_with("GET /b/c?d=1 HTTP/1.1\r\n"));
    CHECK(response.body.find("data") == std::string::npos);
    CHECK(response.url == world.url("/b/c?d=1"));
    CHECK(world.peer.connections() == 1);
}

TEST_CASE("a circle of redirections ends at the limit")
{
    World world{[](const std::string&) { return answer(302, "", "Location: /again\r\n"); }};
    http::Request request = world.request();
    request.redirects = 3;
    const auto response = world.send(request);
    REQUIRE(response.has_error());
    CHECK(response.error().code == Errc::limit);
    CHECK(world.peer.requests().size() == 4);
    request.redirects = 0;
    CHECK(world.send(request).value().status == 302);
}
