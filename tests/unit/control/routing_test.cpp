#include "control/routing.hpp"

#include <doctest/doctest.h>

using forager::control::id_in;

TEST_CASE("a path without an id fits itself alone")
{
    CHECK(id_in("/v1/status", "/v1/status") == "");
    CHECK_FALSE(id_in("/v1/status", "/v1/status/"));
    CHECK_FALSE(id_in("/v1/status", "/v1"));
}

TEST_CASE("an id is one segment, and is given")
{
    CHECK(id_in("/v1/invocations/{id}", "/v1/invocations/7") == "7");
    CHECK(id_in("/v1/invocations/{id}/logs", "/v1/invocations/7/logs") == "7");
    CHECK_FALSE(id_in("/v1/invocations/{id}", "/v1/invocations/"));
    CHECK_FALSE(id_in("/v1/invocations/{id}", "/v1/invocations/7/logs"));
    CHECK_FALSE(id_in("/v1/invocations/{id}/logs", "/v1/invocations/logs"));
    CHECK_FALSE(id_in("/v1/invocations/{id}/logs", "/v1/invocations//logs"));
    CHECK_FALSE(id_in("/v1/invocations/{id}/logs", "/v1/invocations/7/wait"));
}
