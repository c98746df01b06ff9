#include "base/secret.hpp"

#include "base/secrets.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <sstream>
#include <string>

using namespace forager;

TEST_CASE("a secret that is printed shows only that there is one")
{
    std::ostringstream stream;
    stream << Secret{"hunter2"} << Secret{};
    CHECK(stream.str() == "(hidden)");
    CHECK(Secret{"hunter2"}.reveal() == "hunter2");
    CHECK(Secret{"a"} == Secret{"a"});
    CHECK_FALSE(Secret{"a"} == Secret{"b"});
}

TEST_CASE("variables that hold a secret of the agent are known by their names")
{
    for (const char* name : {"COLONIES_PRVKEY", "AWS_S3_SECRETKEY", "REDIS_PASSWORD", "FORAGER_REDIS_URL"})
        CHECK(is_agent_secret(name));
    for (const char* name : {"COLONIES_SERVER_HOST", "PASSWORD", "FORAGER_AGENT_NAME", "DOCKER_HOST"})
        CHECK_FALSE(is_agent_secret(name));
}

TEST_CASE("secrets of the environment are moved away from where the kernel shows them")
{
    std::array<char, 32> secret{"COLONIES_PRVKEY=abc"};
    std::array<char, 32> other{"FORAGER_TEST_OTHER=abc"};
    REQUIRE(putenv(secret.data()) == 0);
    REQUIRE(putenv(other.data()) == 0);
    hide_agent_secrets();
    CHECK(std::string{std::getenv("COLONIES_PRVKEY")} == "abc");
    CHECK(std::string{secret.data()} == "COLONIES_PRVKEY=");
    CHECK(secret[17] == '\0');
    CHECK(std::string{other.data()} == "FORAGER_TEST_OTHER=abc");
    unsetenv("COLONIES_PRVKEY");
    unsetenv("FORAGER_TEST_OTHER");
}
