#include "config/configuration.hpp"

#include "config_world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::config;
using forager::test::ConfigWorld;

namespace {

using Lines = std::vector<std::string>;

ExecutorConfig executor(std::string type, std::string name)
{
    ExecutorConfig executor;
    executor.type = std::move(type);
    executor.name = std::move(name);
    return executor;
}

} // namespace

TEST_CASE("the agent's own variables are read by kind")
{
    ConfigWorld world;
    world.sources.environment = {{"FORAGER_AGENT_NAME", "7"},
                                 {"FORAGER_AGENT_CONCURRENCY", "12"},
                                 {"FORAGER_AGENT_SCRIPTS", "/a.lua, /b.lua"},
                                 {"FORAGER_PERMISSION_SCRIPTS", R"(["/with, comma.lua"])"},
                                 {"FORAGER_AGENT_GRACE", "20"},
                                 {"FORAGER_COLONY_TLS", "No"},
                                 {"FORAGER_LIMITS_MEMORY", "64MB"}};
    const Settings settings = world.settings();
    CHECK(settings.agent.name == "7");
    CHECK(settings.agent.concurrency == 12);
    CHECK(settings.agent.scripts == Texts{"/a.lua", "/b.lua"});
    CHECK(settings.permissions.at(0).scripts == Texts{"/with, comma.lua"});
    CHECK(settings.agent.grace == 20s);
    CHECK_FALSE(settings.colony.tls);
    CHECK(settings.limits.memory == std::size_t{64} * 1024 * 1024);
}

TEST_CASE("the variables that users of a colony export are understood")
{
    ConfigWorld world;
    world.sources.environment = {{"COLONIES_SERVER_HOST", "colony.example"},
                                 {"COLONIES_SERVER_PORT", "50080"},
                                 {"COLONIES_TLS", "false"},
                                 {"COLONIES_COLONY_NAME", "dev"},
                                 {"COLONIES_COLONY_PRVKEY", "owner"},
                                 {"COLONIES_PRVKEY", "mine"},
                                 {"COLONIES_EXECUTOR_NAME", "edge"},
                                 {"EXECUTOR_TYPE", "unix"},
                                 {"AWS_S3_ENDPOINT", "s3.example:9000"},
                                 {"AWS_S3_ACCESSKEY", "me"},
                                 {"AWS_S3_SECRETKEY", "s"},
                                 {"AWS_S3_BUCKET", "files"},
                                 {"AWS_S3_REGION_KEY", "eu"},
                                 {"AWS_S3_TLS", "true"},
                                 {"AWS_S3_SKIPVERIFY", "true"}};
    Settings expected;
    expected.colony.host = "colony.example";
    expected.colony.port = 50080;
    expected.colony.tls = false;
    expected.colony.name = "dev";
    expected.colony.owner_key = Secret{"owner"};
    expected.colony.key = Secret{"mine"};
    expected.executors = {executor("unix", "edge")};
    expected.s3.endpoint = "s3.example:9000";
    expected.s3.region = "eu";
    expected.s3.bucket = "files";
    expected.s3.access_key = "me";
    expected.s3.secret_key = Secret{"s"};
    expected.s3.tls = true;
    expected.s3.skip_verify = true;
    CHECK(world.settings() == expected);
    CHECK(world.warnings().empty());
}

TEST_CASE("the key of an executor's id is looked for where upstream's clients keep it")
{
    ConfigWorld world;
    world.write("home/.colonies/ab12", "stored\n");
    world.write("home/secret", "another");
    world.sources.environment = {{"HOME", world.folder.at("home")}, {"COLONIES_EXECUTOR_ID", "ab12"}};
    CHECK(world.settings().colony.key == Secret{"stored"});
    CHECK(world.origin_of("colony.key") == "environment COLONIES_EXECUTOR_ID");
    world.sources.environment["COLONIES_EXECUTOR_PRVKEY"] = "given";
    CHECK(world.settings().colony.key == Secret{"given"});
    world.sources.environment = {{"HOME", world.folder.at("home")}, {"COLONIES_EXECUTOR_ID", "../secret"}};
    CHECK(world.settings().colony.key.empty());
    world.sources.environment["COLONIES_EXECUTOR_ID"] = "cd34";
    CHECK(world.settings().colony.key.empty());
}

TEST_CASE("the names of the backup executor are understood, its own of S3 too")
{
    ConfigWorld world;
    world.sources.environment = {{"DB_HOST", "db"},
                                 {"DB_PORT", "5433"},
                                 {"DB_USER", "u"},
                                 {"DB_PASSWORD", "p"},
                                 {"DB_DATABASE", "d"},
                                 {"FULL_BACKUPS", "3"},
                                 {"BACKUP_PATH", "/dumps"},
                                 {"AWS_S3_SECRET_ACCESS_KEY", "s"},
                                 {"AWS_S3_SECURE", "1"},
                                 {"AWS_S3_INSECURE_SKIP_VERIFY", "true"},
                                 {"AWS_S3_BUCKET_NAME", "b"},
                                 {"AWS_S3_ACCESS_KEY", "a"}};
    Settings expected;
    expected.postgres.host = "db";
    expected.postgres.port = 5433;
    expected.postgres.user = "u";
    expected.postgres.password = Secret{"p"};
    expected.postgres.database = "d";
    expected.postgres.backups = 3;
    expected.postgres.backup_dir = "/dumps";
    expected.s3.bucket = "b";
    expected.s3.access_key = "a";
    expected.s3.secret_key = Secret{"s"};
    expected.s3.tls = true;
    expected.s3.skip_verify = true;
    CHECK(world.settings() == expected);
}

TEST_CASE("REDIS_ADDRESS is a Redis, and asks for the container channels unless somebody said no")
{
    ConfigWorld world;
    world.sources.environment = {{"REDIS_ADDRESS", "cache"}, {"REDIS_URL", "redis://not-read"}};
    CHECK(world.settings().redis.url == "redis://cache:6379/1");
    CHECK(world.settings().broker.channels);
    CHECK(world.origin_of("broker.channels") == "environment REDIS_ADDRESS");
    world.sources.environment = {
        {"REDIS_ADDRESS", "c:1"}, {"REDIS_PORT", "7"}, {"REDIS_DB", "3"}, {"REDIS_TLS", "true"}};
    CHECK(world.settings().redis.url == "rediss://c:1/3");
    world.write_main("[broker]\nchannels = false");
    CHECK_FALSE(world.settings().broker.channels);
    world.sources.environment["FORAGER_REDIS_URL"] = "redis://own";
    CHECK(world.settings().redis.url == "redis://own");
}

TEST_CASE("a variable of an executor changes the only one, and none of several")
{
    ConfigWorld world;
    world.write_main("[[executor]]\ntype = 'a'\nname = 'n'");
    world.sources.environment = {{"EXECUTOR_TYPE", "b"}};
    CHECK(world.settings().executors == std::vector{executor("b", "n")});
    world.write_main("[[executor]]\ntype = 'a'\n[[executor]]\ntype = 'c'");
    CHECK(world.settings().executors.at(0).type == "a");
    world.sources.environment = {{"FORAGER_EXECUTOR_TYPE", "b"}};
    CHECK(world.problems() ==
          Lines{"environment FORAGER_EXECUTOR_TYPE: there are several [[executor]]: set it in the file"});
}

TEST_CASE("an empty variable says nothing")
{
    ConfigWorld world;
    world.sources.environment = {{"FORAGER_AGENT_CONCURRENCY", ""}, {"COLONIES_TLS", ""}, {"EXECUTOR_TYPE", ""}};
    CHECK(world.settings() == Settings{});
}

TEST_CASE("a wrong value of an own variable is a problem, of another program's a warning")
{
    ConfigWorld world;
    world.sources.environment = {{"FORAGER_AGENT_CONCURRENCY", "many"}};
    CHECK(world.problems() == Lines{"environment FORAGER_AGENT_CONCURRENCY: agent.concurrency must be a whole number "
                                    "from 1 to 100000, not \"many\""});
    world.sources.environment = {{"DOCKER_HOST", "ssh://somewhere"}};
    CHECK(world.settings() == Settings{});
    REQUIRE(world.warnings().size() == 1);
    CHECK(world.warnings()[0].starts_with("environment DOCKER_HOST is left out: docker.host must be a URL"));
}

TEST_CASE("a variable that looks like one of ours and is none is pointed out")
{
    ConfigWorld world;
    world.sources.environment = {{"FORAGER_AGENT_NAEM", "x"}, {"FORAGER_SOMETHING_ELSE_ALTOGETHER", "y"}};
    CHECK(world.warnings() == Lines{"nothing reads FORAGER_AGENT_NAEM of the environment; did you mean "
                                    "FORAGER_AGENT_NAME?"});
}

TEST_CASE("a flag sets what there is, and complains of what there is not")
{
    ConfigWorld world;
    world.sources.overrides = {{"agent.concurrency", "9"}, {"docker.host", ""}};
    CHECK(world.settings().agent.concurrency == 9);
    CHECK(world.settings().docker.host.empty());
    world.sources.overrides = {{"agent.nmae", "x"}, {"agent", "x"}, {"executor.type", "x"}, {"agent.grace", "-1"}};
    CHECK(world.problems() == Lines{"flag: there is no setting 'agent.nmae'", "flag: there is no setting 'agent'",
                                    "flag: 'executor.type' may stand several times: set it in the file",
                                    "flag: agent.grace must be a duration from \"0s\" to \"1h\", not -1"});
}
