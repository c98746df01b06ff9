#include "config/layers.hpp"

#include "config_world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::config;
using forager::test::ConfigWorld;

namespace {

AgentConfig agent_of(Variables environment, bool root = false)
{
    Sources sources;
    sources.environment = std::move(environment);
    sources.root = root;
    return defaults(sources).agent;
}

} // namespace

TEST_CASE("root and the service have the paths of the system")
{
    CHECK(agent_of({{"HOME", "/root"}, {"XDG_STATE_HOME", "/x"}}, true) == AgentConfig{});
    const AgentConfig agent = agent_of({{"STATE_DIRECTORY", "/var/lib/a:/var/lib/b"}, {"RUNTIME_DIRECTORY", "/run/a"}});
    CHECK(agent.state_dir == "/var/lib/a");
    CHECK(agent.socket == "/run/a/forager.sock");
    CHECK(agent.scripts == AgentConfig{}.scripts);
}

TEST_CASE("a user has paths of his own")
{
    const AgentConfig agent = agent_of({{"HOME", "/home/u"}, {"XDG_RUNTIME_DIR", "/run/user/7"}});
    CHECK(agent.state_dir == "/home/u/.local/state/forager");
    CHECK(agent.socket == "/run/user/7/forager.sock");
    CHECK(agent.scripts == Texts{"/home/u/.config/forager/scripts/*.lua"});
    const AgentConfig moved = agent_of({{"HOME", "/h"}, {"XDG_STATE_HOME", "/s"}, {"XDG_CONFIG_HOME", "/c"}});
    CHECK(moved.state_dir == "/s/forager");
    CHECK(moved.socket == "/s/forager/forager.sock");
    CHECK(moved.scripts == Texts{"/c/forager/scripts/*.lua"});
}

TEST_CASE("folders of the environment that are no absolute paths are not heeded")
{
    const AgentConfig agent = agent_of({{"HOME", "/h"}, {"XDG_STATE_HOME", "s"}, {"XDG_RUNTIME_DIR", ""}});
    CHECK(agent.state_dir == "/h/.local/state/forager");
    CHECK(agent.socket == "/h/.local/state/forager/forager.sock");
}

TEST_CASE("a user's own file is read after the system's, the service's is not")
{
    ConfigWorld world;
    world.write_main("[agent]\nname = 'system'\nconcurrency = 5");
    world.write("home/.config/forager/forager.toml", "[agent]\nname = 'own'");
    world.write("home/.config/forager/conf.d/a.toml", "[agent]\nlog = 'json'");
    world.sources.environment["HOME"] = world.folder.at("home");
    CHECK(world.settings().agent.name == "system");
    world.sources.root = false;
    const AgentConfig agent = world.settings().agent;
    CHECK(agent.name == "own");
    CHECK(agent.concurrency == 5);
    CHECK(agent.log == LogFormat::json);
}

TEST_CASE("a user without a home has to say where the state is")
{
    ConfigWorld world;
    world.sources.root = false;
    CHECK(world.problems() ==
          std::vector<std::string>{"default: agent.state_dir must be given: the environment has no HOME"});
    world.sources.environment["FORAGER_AGENT_STATE_DIR"] = "/s";
    world.sources.environment["FORAGER_AGENT_SOCKET"] = "/s/s";
    CHECK(world.problems().empty());
}
