#include "config/configuration.hpp"

#include "config_world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::config;
using namespace std::chrono_literals;
using forager::test::ConfigWorld;

TEST_CASE("without any file there are the defaults, and each says so")
{
    ConfigWorld world;
    CHECK(world.settings() == Settings{});
    const Configuration configuration = world.read();
    CHECK(configuration.warnings.empty());
    CHECK(configuration.origins.front() == Origin{"agent.name", "", "default"});
    CHECK(std::ranges::all_of(configuration.origins, [](const Origin& origin) { return origin.from == "default"; }));
}

TEST_CASE("every kind of value is read")
{
    ConfigWorld world;
    world.write_main(R"(
        [agent]
        name = "edge-7"
        scripts = ["/a/*.lua", "/b.lua"]
        concurrency = 3
        log = "json"
        log_level = "debug"
        grace = "1m30s"
        reload = "signal"
        [colony]
        tls = false
        long_poll = 2.5
        [limits]
        memory = "1.5GB"
        output = 8192
        [redis]
        url = "rediss://cache.example/2"
        password = "secret"
    )");
    const Settings settings = world.settings();
    CHECK(settings.agent.name == "edge-7");
    CHECK(settings.agent.scripts == Texts{"/a/*.lua", "/b.lua"});
    CHECK(settings.agent.concurrency == 3);
    CHECK(settings.agent.log == LogFormat::json);
    CHECK(settings.agent.log_level == LogLevel::debug);
    CHECK(settings.agent.grace == 90s);
    CHECK(settings.agent.reload == Reload::on_signal);
    CHECK_FALSE(settings.colony.tls);
    CHECK(settings.colony.long_poll == 2500ms);
    CHECK(settings.limits.memory == std::size_t{1536} * 1024 * 1024);
    CHECK(settings.limits.output == 8192);
    CHECK(settings.redis.url == "rediss://cache.example/2");
    CHECK(settings.redis.password == Secret{"secret"});
}

TEST_CASE("a section that may stand several times is a list, and parts add to it")
{
    ConfigWorld world;
    world.write_main("[[executor]]\ntype = 'unix'\nshell = true\n[[executor]]\nname = 'second'\n");
    world.write("etc/conf.d/more.toml", "[[executor]]\ntype = 'ml'\nfunctions = ['ml.*']\n");
    const auto executors = world.settings().executors;
    REQUIRE(executors.size() == 3);
    CHECK(executors[0].type == "unix");
    CHECK(executors[0].shell);
    CHECK(executors[1].name == "second");
    CHECK(executors[2].functions == Texts{"ml.*"});
    CHECK(world.origin_of("executor[3].type") == "etc/conf.d/more.toml:2");
    CHECK(world.origin_of("executor[2].type") == "default");
}

TEST_CASE("what comes later wins: the file, its parts in their order, a credential, the environment, a flag")
{
    ConfigWorld world;
    const auto set_by = [&] { return world.origin_of("postgres.password"); };
    world.write_main("[postgres]\npassword = 'file'");
    CHECK(set_by() == "etc/forager.toml:2");
    world.write("etc/conf.d/20.toml", "\n[postgres]\npassword = 'twenty'");
    world.write("etc/conf.d/10.toml", "[postgres]\npassword = 'ten'");
    world.write("etc/conf.d/.hidden.toml", "[nonsense]");
    world.write("etc/conf.d/90.toml.bak", "[nonsense]");
    CHECK(set_by() == "etc/conf.d/20.toml:3");
    world.write("credentials/postgres.password", "credential\n");
    world.sources.environment["CREDENTIALS_DIRECTORY"] = world.folder.at("credentials");
    CHECK(set_by() == "credential postgres.password");
    CHECK(world.settings().postgres.password.reveal() == "credential");
    world.sources.environment["DB_PASSWORD"] = "foreign";
    CHECK(set_by() == "environment DB_PASSWORD");
    world.sources.environment["FORAGER_POSTGRES_PASSWORD"] = "own";
    CHECK(set_by() == "environment FORAGER_POSTGRES_PASSWORD");
    world.sources.overrides.emplace_back("postgres.password", "flag");
    CHECK(set_by() == "flag");
    CHECK(world.settings().postgres.password.reveal() == "flag");
}

TEST_CASE("a file that is asked for stands in for the default one and has its parts beside it")
{
    ConfigWorld world;
    world.write_main("[agent]\nname = 'default'\nconcurrency = 7");
    world.write("own/conf.d/a.toml", "[agent]\nreload = 'signal'");
    world.sources.file = world.write("own/agent.toml", "[agent]\nname = 'own'");
    const AgentConfig agent = world.settings().agent;
    CHECK(agent.name == "own");
    CHECK(agent.concurrency == AgentConfig{}.concurrency);
    CHECK(agent.reload == Reload::on_signal);
}

TEST_CASE("relative paths start at the folder of their file, those of flags where the command was given")
{
    ConfigWorld world;
    world.write_main("[agent]\nscripts = ['scripts/*.lua', '/x.lua']\nstate_dir = '../state'\n"
                     "[[permission]]\nscripts = ['a.lua']\nread = ['data/*']\nrun = ['ls']");
    world.sources.overrides.emplace_back("agent.socket", "agent.sock");
    world.sources.folder = "/here";
    const Settings settings = world.settings();
    CHECK(settings.agent.scripts == Texts{world.folder.at("etc/scripts/*.lua"), "/x.lua"});
    CHECK(settings.agent.state_dir == world.folder.at("state"));
    CHECK(settings.agent.socket == "/here/agent.sock");
    CHECK(settings.permissions[0].scripts == Texts{world.folder.at("etc/a.lua")});
    CHECK(settings.permissions[0].read == Texts{world.folder.at("etc/data/*")});
    CHECK(settings.permissions[0].run == Texts{"ls"});
}

TEST_CASE("a section that changed is unlike what it was, and only that one")
{
    ConfigWorld world;
    world.write_main("[redis]\nurl = 'redis://a'\n[colony]\nkey = 'one'");
    const Settings before = world.settings();
    CHECK(world.settings() == before);
    world.write_main("[redis]\nurl = 'redis://a'\n[colony]\nkey = 'two'");
    const Settings after = world.settings();
    CHECK(after.redis == before.redis);
    CHECK_FALSE(after.colony == before.colony);
}
