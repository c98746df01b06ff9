#include "io/process/hidden_secrets.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <string>

using namespace forager;

TEST_CASE("secrets of the environment are moved away from where the kernel shows them")
{
    std::array<char, 32> secret{"COLONIES_PRVKEY=abc"};
    std::array<char, 32> other{"FORAGER_TEST_OTHER=abc"};
    REQUIRE(putenv(secret.data()) == 0);
    REQUIRE(putenv(other.data()) == 0);
    hide_agent_secrets();
    CHECK(std::string{std::getenv("COLONIES_PRVKEY")} == "abc");
    CHECK(secret == std::array<char, 32>{"COLONIES_PRVKEY="});
    CHECK(std::string{other.data()} == "FORAGER_TEST_OTHER=abc");
    unsetenv("COLONIES_PRVKEY");
    unsetenv("FORAGER_TEST_OTHER");
}
