#include "s3_world.hpp"

#include "http_world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::s3;
using namespace forager::test;

namespace {

Ask about_key()
{
    return Ask{"GET", "files", "k"};
}

// The first so many requests are answered so; then the store answers.
auto at_first(int times, Reply reply)
{
    return [times, reply](const std::string&) mutable -> std::optional<Reply> {
        return times-- > 0 ? std::optional{reply} : std::nullopt;
    };
}

std::string error(const std::string& code, const std::string& more = {})
{
    return "<Error><Code>" + code + "</Code><Message>words</Message>" + more + "</Error>";
}

} // namespace

TEST_CASE("what may pass is tried again, and so are broken connections")
{
    for (const int status : {408, 429, 500, 502, 503, 504}) {
        StoreWorld world;
        world.store.objects["/files/k"] = {"content", ""};
        world.store.instead = at_first(3, answer(status, error("SlowDown")));
        CHECK(world.run(world.client.ask(about_key())).value().body == "content");
        CHECK(world.count("GET /files/k") == 4);
    }
    StoreWorld world;
    world.store.objects["/files/k"] = {"content", ""};
    world.store.instead = at_first(2, Reply{"", Reply::Then::close});
    CHECK(world.run(world.client.ask(about_key())).value().body == "content");
}

TEST_CASE("what stays is told at once, in the store's words")
{
    for (const auto& [status, code] :
         {std::pair{400, "InvalidArgument"}, {403, "SignatureDoesNotMatch"}, {404, "NoSuchKey"}}) {
        StoreWorld world;
        world.store.instead = at_first(9, answer(status, error(code)));
        const auto result = world.run(world.client.ask(about_key()));
        REQUIRE(result.has_error());
        CHECK(world.count("GET") == 1);
        CHECK(result.error().message == "GET 'k' at " + world.client.place("files") + ": " + code + ": words");
        CHECK_FALSE(result.error().retry);
    }
}

TEST_CASE("a store that speaks no TLS where some was expected is told of at once")
{
    StoreWorld world;
    HttpPeer::Options options;
    options.banner = "HTTP/1.0 400 Bad Request\r\n\r\n";
    HttpPeer plain{world.context, [](const std::string&) { return answer(400, ""); }, options};
    auto config = StoreWorld::config(plain.port(), {});
    config.tls = true;
    s3::Client client{world.pool, world.clock, world.chance, std::move(config)};
    const auto result = world.run(client.ask(about_key()));
    REQUIRE(result.has_error());
    CHECK(result.error().code == Errc::refused);
    CHECK(result.error().message.find("speaks no TLS; [s3] tls = false is for such a store") != std::string::npos);
    CHECK(plain.connections() == 1);
}

TEST_CASE("the last word says how often it was tried")
{
    StoreWorld world;
    world.store.instead = at_first(99, answer(503, error("SlowDown")));
    const auto result = world.run(world.client.ask(about_key()));
    REQUIRE(result.has_error());
    CHECK(result.error().code == Errc::unreachable);
    CHECK(result.error().message.ends_with("SlowDown: words (after 6 tries)"));
    CHECK(world.count("GET") == 6);
}

TEST_CASE("a refusal in the body of an answer that began well is one")
{
    StoreWorld world;
    world.store.objects["/files/k"] = {"content", ""};
    world.store.instead = at_first(1, answer(200, error("InternalError")));
    Ask ask = about_key();
    ask.fails_late = true;
    CHECK(world.run(world.client.ask(ask)).value().body == "content");
    world.store.instead = at_first(1, answer(200, error("AccessDenied")));
    const auto result = world.run(world.client.ask(ask));
    REQUIRE(result.has_error());
    CHECK(code_of(result.error()) == "AccessDenied");
}

TEST_CASE("the store's clock is taken when ours is wrong, once")
{
    StoreWorld world;
    world.store.objects["/files/k"] = {"content", ""};
    world.store.instead =
        at_first(1, answer(403, error("RequestTimeTooSkewed"), "Date: Fri, 24 May 2013 00:00:00 GMT\r\n"));
    CHECK(world.run(world.client.ask(about_key())).value().body == "content");
    CHECK(FakeStore::header(world.peer.requests().back(), "x-amz-date").starts_with("20130524T0000"));
    world.store.instead =
        at_first(9, answer(403, error("RequestTimeTooSkewed"), "Date: Sat, 24 May 2014 00:00:00 GMT\r\n"));
    CHECK(world.run(world.client.ask(about_key())).has_error());
    CHECK(world.count("GET") == 4);
}

TEST_CASE("where the bucket is, the store says, unless it is configured")
{
    StoreWorld world;
    world.store.objects["/files/k"] = {"content", ""};
    world.store.instead =
        at_first(1, answer(400, error("AuthorizationHeaderMalformed", "<Region>eu-north-1</Region>")));
    CHECK(world.run(world.client.ask(about_key())).value().body == "content");
    CHECK(FakeStore::header(world.peer.requests().back(), "Authorization").find("/eu-north-1/s3/") !=
          std::string::npos);
}

TEST_CASE("a store that is not there is unreachable, and nothing secret is said")
{
    StoreWorld world;
    Client::Config config = StoreWorld::config(1, {});
    Client client{world.pool, world.clock, world.chance, config};
    const auto result = world.run(client.ask(about_key()));
    REQUIRE(result.has_error());
    CHECK(result.error().code == Errc::unreachable);
    CHECK(result.error().message.find("a secret word") == std::string::npos);
    CHECK(result.error().message.find("Signature") == std::string::npos);
    config.endpoint = "no endpoint";
    Client wrong{world.pool, world.clock, world.chance, config};
    CHECK(world.run(wrong.ask(about_key())).error().code == Errc::bad_arguments);
}

TEST_CASE("an asker who is cancelled has no connection left")
{
    StoreWorld world;
    world.store.instead = [](const std::string&) { return Reply{"", Reply::Then::hang}; };
    CHECK(is_cancelled_after(world.context, world.client.ask(about_key()),
                             [&] { return !world.peer.requests().empty(); }));
}
