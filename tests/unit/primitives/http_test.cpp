#include "primitives/http.hpp"

#include "http_world.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace forager;
using namespace forager::test;

namespace {

HttpRequest posting(World& world)
{
    HttpRequest request;
    request.method = "POST";
    request.url = world.url("/hook?token=secret");
    return request;
}

Result<HttpResponse> send(World& world, HttpRequest request)
{
    return run(world.context, request_http(world.client, std::move(request)));
}

} // namespace

TEST_CASE("JSON goes out with its type and comes back as a value")
{
    World world{[](const std::string& request) { return answer(200, request.substr(request.find("\r\n\r\n") + 4)); }};
    HttpRequest request = posting(world);
    request.json = Object{{"a", 1}, {"b", Array{1.5, "x", nullptr}}};
    const auto response = send(world, request).value();
    CHECK(response.json().value() == *request.json);
    CHECK(world.peer.requests()[0].find("Content-Type: application/json\r\n") != std::string::npos);
}

TEST_CASE("a content type of the caller's own stays")
{
    World world{[](const std::string&) { return answer(404, "{}"); }};
    HttpRequest request = posting(world);
    request.json = Array{};
    request.headers.add("content-type", "application/vnd.api+json");
    CHECK(send(world, request).value().status == 404);
    CHECK(world.peer.requests()[0].find("application/json") == std::string::npos);
}

TEST_CASE("what JSON cannot say, and two bodies, are refused unsent")
{
    World world{[](const std::string&) { return answer(200, ""); }};
    HttpRequest request = posting(world);
    SUBCASE("not a number")
    {
        request.json = Object{{"x", std::nan("")}};
    }
    SUBCASE("two bodies")
    {
        request.json = 1;
        request.body = "x";
    }
    CHECK(send(world, request).error().code == Errc::bad_arguments);
    CHECK(world.peer.requests().empty());
}

TEST_CASE("an answer that is not JSON says whose it is, and no more")
{
    World world{[](const std::string&) { return answer(502, "<html>"); }};
    const auto value = send(world, posting(world)).value().json();
    REQUIRE(value.has_error());
    CHECK(value.error().message.find("/hook (status 502) is not JSON") != std::string::npos);
    CHECK(value.error().message.find("secret") == std::string::npos);
}
