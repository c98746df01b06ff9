#include "core/path_text.hpp"

#include <doctest/doctest.h>

using namespace forager;

TEST_CASE("paths have one normal form")
{
    CHECK(normal_path("/srv/../etc/./x//y/") == "/etc/x/y");
    CHECK(normal_path("/..") == "/");
    CHECK(normal_path("//srv") == "/srv");
}

TEST_CASE("within a path is what has it and a slash in front")
{
    CHECK(is_within("/srv/a", "/srv"));
    CHECK(is_within("/srv", "/srv"));
    CHECK(is_within("/srv", "/"));
    CHECK(is_within("/", "/"));
    CHECK_FALSE(is_within("/srvice", "/srv"));
    CHECK_FALSE(is_within("/", "/srv"));
}
