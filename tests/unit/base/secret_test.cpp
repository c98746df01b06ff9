#include "base/secret.hpp"

#include "base/secrets.hpp"

#include <doctest/doctest.h>

#include <sstream>

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
