#include "clients/redis/address.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::redis;

TEST_CASE("an address says where, with what protection, who, and which database")
{
    const auto plain = parse_address("redis://127.0.0.1");
    REQUIRE(plain);
    CHECK(plain->shown() == "127.0.0.1:6379");
    CHECK(plain->database == 0);
    CHECK(plain->place.scheme == "http");
    const auto full = parse_address("rediss://ann:se%40cret@redis.example.org:7000/3");
    REQUIRE(full);
    CHECK(full->place.scheme == "https");
    CHECK(full->shown() == "redis.example.org:7000");
    CHECK(full->user == "ann");
    CHECK(full->password == "se@cret");
    CHECK(full->database == 3);
    const auto local = parse_address("unix:///run/redis.sock?db=2");
    REQUIRE(local);
    CHECK(local->place.host == "/run/redis.sock");
    CHECK(local->database == 2);
    const auto password_alone = parse_address("redis://:word@[::1]:1/");
    REQUIRE(password_alone);
    CHECK(password_alone->user.empty());
    CHECK(password_alone->password == "word");
    CHECK(password_alone->place.port == 1);
}

TEST_CASE("what is no address is refused without its password")
{
    for (const char* wrong : {"", "http://a", "redis://", "redis://:secret@a/x", "redis://:secret@a:b", "unix://path",
                              "unix:///path?db=-1", "unix:///path?x=1"}) {
        const auto address = parse_address(wrong);
        REQUIRE_FALSE(address);
        CHECK(address.error().code == Errc::bad_arguments);
        CHECK(address.error().message.find("secret") == std::string::npos);
    }
}
