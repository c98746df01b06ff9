#include "core/container_rules.hpp"

#include "core/image_reference.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;

namespace {

struct ImageCase {
    const char* pattern;
    const char* image;
    bool matches;
};

std::string one_form(const std::string& image)
{
    return is_image_id(image) ? image : parse_image(image).value().text();
}

const std::string digest = "sha256:" + std::string(64, 'a');

} // namespace

TEST_CASE("a pattern of images is completed as a name is")
{
    const ImageCase cases[] = {
        {"nginx", "nginx", true},
        {"nginx", "nginx:1.25", true},
        {"nginx", "docker.io/library/nginx", true},
        {"docker.io/library/nginx", "nginx:1", true},
        {"docker.io/nginx", "nginx:1", true},
        {"index.docker.io/nginx", "nginx:1", true},
        {"nginx", "team/nginx", false},
        {"nginx", "registry.example.org/nginx", false},
        {"nginx", "nginx/evil", false},
        {"nginx*", "nginx/evil", false},
        {"nginx*", "nginx-slim:2", true},
        {"nginx:1.*", "nginx:1.25", true},
        {"nginx:1.*", "nginx:2", false},
        {"nginx:latest", "nginx", true},
        {"*", "busybox", true},
        {"*", "team/app", false},
        {"team/*", "team/app:3", true},
        {"team/*", "team/app/part", false},
        {"team/**", "team/app/part", true},
        {"team/*", "other.example.org/team/app", false},
        {"registry.example.org/**", "registry.example.org/a/b/c:1", true},
        {"registry.example.org/**", "registry.example.org.evil.org/a", false},
        {"localhost:5000/app", "localhost:5000/app:1", true},
        {"localhost:*/app", "localhost:5001/app", true},
        {"*.example.org/app", "a.example.org/app", true},
        {"**", "anything.example.org/at/all", true},
        {"**/app", "registry.example.org/team/app", true},
    };
    for (const auto& [pattern, image, matches] : cases) {
        CAPTURE(pattern);
        CAPTURE(image);
        CHECK(check_image_pattern(pattern).has_value());
        CHECK(matches_image(pattern, one_form(image)) == matches);
    }
}

TEST_CASE("a tag says nothing of a digest, and an id nothing of a name")
{
    CHECK(matches_image("nginx", "nginx@" + digest));
    CHECK_FALSE(matches_image("nginx:1", "nginx@" + digest));
    CHECK(matches_image("nginx@" + digest, "nginx@" + digest));
    CHECK_FALSE(matches_image("nginx@sha256:b*", "nginx@" + digest));
    CHECK_FALSE(matches_image("nginx@" + digest, "nginx:1"));
    CHECK_FALSE(matches_image("*", digest));
    CHECK_FALSE(matches_image("*", "0123456789ab"));
    CHECK(matches_image("**", digest));
    CHECK(matches_image(digest, digest));
}

TEST_CASE("a pattern that names no image is refused")
{
    for (const char* pattern : {"", "ngi nx", "/nginx", "nginx/", "a//b", "nginx:", "ngi\nx", "n@"}) {
        CAPTURE(pattern);
        CHECK(check_image_pattern(pattern).has_error());
    }
}

TEST_CASE("a rule of mounts is a path with all below it, or names of volumes")
{
    struct Case {
        const char* rule;
        const char* source;
        bool covers;
    };
    const Case cases[] = {
        {"/srv/data", "/srv/data", true},
        {"/srv/data", "/srv/data/a/b", true},
        {"/srv/data", "/srv/database", false},
        {"/srv/data", "/srv", false},
        {"/srv/data/", "/srv/data/a", true},
        {"/srv/./x/../data", "/srv/data", true},
        {"/", "/anything", true},
        {"/", "a-volume", false},
        {"/srv/*/public", "/srv/a/public", true},
        {"/srv/*/public", "/srv/a/b/public", false},
        {"/srv/*", "/srv", false},
        {"cache-*", "cache-1", true},
        {"cache-*", "data", false},
        {"*", "data", true},
        {"*", "/srv", false},
    };
    for (const auto& [rule, source, expected] : cases) {
        CAPTURE(rule);
        CAPTURE(source);
        CHECK(covers(parse_mount_rule(rule).value(), source) == expected);
    }
    CHECK(parse_mount_rule("/srv:ro").value().read_only);
    CHECK_FALSE(parse_mount_rule("/srv:rw").value().read_only);
    for (const char* rule : {"", "srv/data", "./data", "/srv:rx", ":ro"}) {
        CAPTURE(rule);
        CHECK(parse_mount_rule(rule).has_error());
    }
}

TEST_CASE("a rule of ports says which, and where")
{
    const auto allowed = [](const char* rule, const char* address, std::optional<std::uint16_t> port) {
        return allows(parse_port_rule(rule).value(), address, port);
    };
    CHECK(allowed("*", "", {}));
    CHECK(allowed("*", "0.0.0.0", 80));
    CHECK(allowed("8080", "", 8080));
    CHECK_FALSE(allowed("8080", "", 8081));
    CHECK_FALSE(allowed("8080", "", {}));
    CHECK(allowed("8000-8999", "", 8999));
    CHECK_FALSE(allowed("8000-8999", "", 9000));
    CHECK(allowed("127.0.0.1:*", "127.0.0.1", {}));
    CHECK_FALSE(allowed("127.0.0.1:*", "", 80));
    CHECK(allowed("[::1]:80", "::1", 80));
    for (const char* rule : {"", "0", "x", "9-8", "1-", "70000", ":80", "80-90-100"}) {
        CAPTURE(rule);
        CHECK(parse_port_rule(rule).has_error());
    }
}
