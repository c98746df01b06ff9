#include "core/hook_route.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

using namespace forager;

namespace {

std::string refusal(std::string_view text)
{
    const auto route = HookRoute::parse(text);
    return route ? std::string{} : route.error().message;
}

std::optional<Object> match(const HookRoute& route, std::string_view path)
{
    std::vector<std::string> segments;
    for (const std::string_view segment : split(path.substr(1), '/'))
        segments.emplace_back(segment);
    return route.match(segments);
}

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a route of plain words is for exactly its path")
{
    const HookRoute route = HookRoute::parse("POST /hooks/build").value();
    CHECK(route.method() == "POST");
    CHECK(match(route, "/hooks/build"));
    CHECK_FALSE(match(route, "/hooks/build/"));
    CHECK_FALSE(match(route, "/hooks"));
    CHECK_FALSE(match(route, "/hooks/Build"));
    CHECK(route.text() == "POST /hooks/build");
}

TEST_CASE("a name stands for any one segment that is not empty, and gives what stands there")
{
    const HookRoute route = HookRoute::parse("GET /jobs/{job}/logs/{line}").value();
    const auto params = match(route, "/jobs/a b/logs/{7}");
    REQUIRE(params);
    CHECK(*params == Object{{"job", "a b"}, {"line", "{7}"}});
    CHECK_FALSE(match(route, "/jobs//logs/7"));
    CHECK_FALSE(match(route, "/jobs/a/b/logs/7"));
}

TEST_CASE("a slash inside a segment is a letter as any other")
{
    const HookRoute route = HookRoute::parse("GET /jobs/{job}").value();
    const std::vector<std::string> path = {"jobs", "a/b"};
    CHECK(route.match(path) == Object{{"job", "a/b"}});
    CHECK_FALSE(HookRoute::parse("GET /jobs/a/b").value().match(path));
}

TEST_CASE("of two routes for one path the one goes before that has a word where the other first has a name")
{
    const auto route = [](const std::string& path) { return HookRoute::parse("GET " + path).value(); };
    const auto check_order = [&](const std::string& first, const std::string& second) {
        CHECK(route(first).goes_before(route(second)));
        CHECK_FALSE(route(second).goes_before(route(first)));
    };
    check_order("/a/b", "/a/{x}");
    check_order("/a/{x}", "/{y}/b");
    check_order("/a/{x}/{z}", "/{y}/b/c");
    CHECK_FALSE(route("/a/{x}").goes_before(route("/a/{y}")));
}

TEST_CASE("the root is a path, too")
{
    const HookRoute route = HookRoute::parse("PUT /").value();
    CHECK(match(route, "/"));
    CHECK_FALSE(match(route, "/x"));
    CHECK(route.text() == "PUT /");
}

TEST_CASE("routes are for the same requests whatever their names are called")
{
    const HookRoute one = HookRoute::parse("GET /a/{x}").value();
    CHECK(one.same_requests(HookRoute::parse("GET /a/{y}").value()));
    CHECK_FALSE(one.same_requests(HookRoute::parse("PUT /a/{x}").value()));
    CHECK_FALSE(one.same_requests(HookRoute::parse("GET /a/b").value()));
    CHECK_FALSE(one.same_requests(HookRoute::parse("GET /a").value()));
}

TEST_CASE("what is no route is refused with what to write")
{
    for (const char* text : {"", "POST", "/hooks", "post /x", "POST x", " /x", "GE-T /x"})
        CHECK_MESSAGE(holds(refusal(text), "http:POST /hooks/build"), text);
    CHECK(holds(refusal("GET /metrics"), "the agent itself"));
    CHECK(holds(refusal("POST /readyz"), "the agent itself"));
    CHECK(holds(refusal("GET /a?b=c"), "'a?b=c'"));
    CHECK(holds(refusal("GET /a%20b"), "'a%20b'"));
    CHECK(holds(refusal("GET /{a"), "'{a'"));
    CHECK(holds(refusal("GET /{}"), "'{}'"));
    CHECK(holds(refusal("GET /{a b}"), "{a b}"));
    CHECK(holds(refusal("GET /{a}/{a}"), "{a} twice"));
}
