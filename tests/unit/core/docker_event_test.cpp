#include "core/docker_event.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace forager;

TEST_CASE("events of containers have their words, and patterns of them")
{
    for (const char* pattern : {"die", "*", "health_status", "health_status: unhealthy", "exec_*"})
        CHECK(check_docker_event(pattern));
    for (const char* pattern : {"", "died", "x*"}) {
        const auto checked = check_docker_event(pattern);
        REQUIRE_FALSE(checked);
        CHECK(checked.error().message.starts_with("a container has no event '" + std::string{pattern} + "', only "));
    }
}
