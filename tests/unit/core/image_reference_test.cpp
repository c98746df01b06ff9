#include "core/image_reference.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;

namespace {

std::string form(std::string_view text)
{
    return parse_image(text).value().text();
}

const std::string digest = "sha256:" + std::string(64, 'a');

} // namespace

TEST_CASE("an image without a tag is the latest one")
{
    CHECK(form("nginx") == "nginx:latest");
    CHECK(form("nginx:latest") == "nginx:latest");
    CHECK(form("team/app") == "team/app:latest");
    CHECK(form("nginx:1.25-alpine") == "nginx:1.25-alpine");
}

TEST_CASE("the usual registry and its own folder need no name")
{
    CHECK(form("docker.io/library/nginx") == "nginx:latest");
    CHECK(form("docker.io/team/app:2") == "team/app:2");
    CHECK(form("index.docker.io/library/nginx:1") == "nginx:1");
}

TEST_CASE("a port is no tag")
{
    const auto image = parse_image("127.0.0.1:5000/team/app").value();
    CHECK(image.repository == "127.0.0.1:5000/team/app");
    CHECK(image.tag == "latest");
    CHECK(form("localhost:5000/app:3") == "localhost:5000/app:3");
}

TEST_CASE("a digest says all")
{
    CHECK(form("nginx@" + digest) == "nginx@" + digest);
    CHECK(form("nginx:1@" + digest) == "nginx@" + digest);
}

TEST_CASE("what names no image is refused with the reason")
{
    for (const char* text :
         {"", "Nginx", "nginx:", "nginx:a b", "nginx:-a", "/nginx", "nginx/", "a//b", "nginx@sha256:12", "a b"}) {
        CAPTURE(text);
        const auto image = parse_image(text);
        REQUIRE(image.has_error());
        CHECK(image.error().code == Errc::bad_arguments);
        CHECK(image.error().message.find("names no image") != std::string::npos);
    }
}

TEST_CASE("an image's id is no name")
{
    CHECK(is_image_id(digest));
    CHECK(is_image_id("3f4577189361"));
    CHECK_FALSE(is_image_id("nginx"));
    CHECK_FALSE(is_image_id("cafe"));
}
