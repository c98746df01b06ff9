#include "io/http/server/caller.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::http;

namespace {

Headers with(std::string name, std::string value)
{
    Headers headers;
    headers.add(std::move(name), std::move(value));
    return headers;
}

} // namespace

TEST_CASE("a bearer token is read in any case of its scheme")
{
    CHECK(bearer_token(with("authorization", "bearer  abc ")) == "abc");
    CHECK(bearer_token(with("Authorization", "Bearer abc")) == "abc");
    CHECK_FALSE(bearer_token(with("Authorization", "Basic abc")));
    CHECK_FALSE(bearer_token(with("Authorization", "Bearer")));
    CHECK_FALSE(bearer_token({}));
}

TEST_CASE("only the whole token is the token")
{
    const Secret token{"secret"};
    CHECK(shows_token(with("Authorization", "Bearer secret"), token));
    CHECK_FALSE(shows_token(with("Authorization", "Bearer secre"), token));
    CHECK_FALSE(shows_token(with("Authorization", "Bearer secret2"), token));
    CHECK_FALSE(shows_token({}, token));
}

TEST_CASE("names of this machine are those that no name server can give away")
{
    for (const char* name : {"localhost", "LOCALHOST:80", "127.0.0.1", "127.1.2.3:7080", "[::1]", "[::1]:7080"})
        CHECK_MESSAGE(is_loopback_name(name), name);
    for (const char* name : {"", "example.org", "127.0.0.1.example.org", "localhost.example.org", "10.0.0.1", "::1",
                             "[::2]", "[::1", "0.0.0.0:80"})
        CHECK_MESSAGE(!is_loopback_name(name), name);
}

TEST_CASE("a page from elsewhere reaches nothing here, by whatever name it calls")
{
    CHECK(is_meant_for_loopback({}));
    CHECK(is_meant_for_loopback(with("Host", "localhost:7080")));
    CHECK_FALSE(is_meant_for_loopback(with("Host", "evil.example")));
    Headers page = with("Host", "127.0.0.1:7080");
    page.add("Origin", "http://localhost:3000");
    CHECK(is_meant_for_loopback(page));
    page.set("Origin", "https://evil.example");
    CHECK_FALSE(is_meant_for_loopback(page));
    page.set("Origin", "null");
    CHECK_FALSE(is_meant_for_loopback(page));
    page.remove("Origin");
    page.add("Sec-Fetch-Site", "cross-site");
    CHECK_FALSE(is_meant_for_loopback(page));
}
