#include "http_world.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace forager;
using namespace forager::test;
using Then = Reply::Then;

namespace {

std::size_t entries(const TempFolder& folder)
{
    const std::filesystem::directory_iterator all{folder.path()};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

http::Request saving(World& world)
{
    http::Request request = world.request();
    request.to_file = world.folder.at("saved");
    return request;
}

} // namespace

TEST_CASE("a body goes to a file, larger than what memory may hold")
{
    const std::string large(1'000'000, 'y');
    World world{[&](const std::string&) { return answer(200, large); }};
    http::Request request = saving(world);
    request.body_limit = 1000;
    const auto response = world.send(request).value();
    CHECK(response.body.empty());
    CHECK(world.folder.read("saved") == large);
    CHECK(entries(world.folder) == 1);
}

TEST_CASE("an incomplete body leaves no file, and the old one as it was")
{
    World world{
        [](const std::string&) -> Reply { return {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", Then::close}; }};
    world.folder.write("saved", "old");
    CHECK(world.send(saving(world)).has_error());
    CHECK(world.folder.read("saved") == "old");
    CHECK(entries(world.folder) == 1);
}

TEST_CASE("a cancelled download leaves no file")
{
    World world{
        [](const std::string&) -> Reply { return {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", Then::hang}; }};
    const auto reached = [&] { return entries(world.folder) == 1; };
    CHECK(is_cancelled_after(world.context, world.client.send(saving(world)), reached));
    CHECK(entries(world.folder) == 0);
}

TEST_CASE("an answer that is no success comes as a body and touches no file")
{
    World world{[](const std::string&) { return answer(500, "sorry"); }};
    CHECK(world.send(saving(world)).value().body == "sorry");
    CHECK(entries(world.folder) == 0);
}

TEST_CASE("a folder that does not exist is named")
{
    World world{[](const std::string&) { return answer(200, "x"); }};
    http::Request request = world.request();
    request.to_file = world.folder.at("none/saved");
    const auto response = world.send(request);
    REQUIRE(response.has_error());
    CHECK(response.error().code == Errc::not_found);
    CHECK(response.error().message.find("none/saved") != std::string::npos);
}

TEST_CASE("a file is sent as the body, with its length")
{
    const std::string large(700'000, 'z');
    World world{[](const std::string& request) { return answer(200, request); }};
    http::Request request = world.request();
    request.method = "PUT";
    request.from_file = world.folder.write("upload", large);
    const std::string seen = world.send(request).value().body;
    CHECK(seen.find("Content-Length: 700000\r\n") != std::string::npos);
    CHECK(seen.ends_with("\r\n\r\n" + large));
}

TEST_CASE("what cannot be sent as a file is refused before anything is asked")
{
    World world{[](const std::string&) { return answer(200, "x"); }};
    http::Request request = world.request();
    request.from_file = world.folder.at("none");
    CHECK(world.send(request).error().code == Errc::not_found);
    request.from_file = world.folder.path();
    CHECK(world.send(request).error().code == Errc::refused);
    CHECK(world.peer.connections() == 0);
}

TEST_CASE("a server that answers before it has read everything is heard")
{
    World world{[](const std::string&) -> Reply {
        return {"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno!", Then::close};
    }};
    http::Request request = world.request();
    request.method = "POST";
    request.body = std::string(1000, 'x');
    CHECK(world.send(request).value().status == 413);
}
