#include "primitives/docker/mounts.hpp"
#include "primitives/docker/options.hpp"
#include "primitives/docker/run.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::docker_work;
using docker::Mount;
using namespace std::chrono_literals;

namespace {

Result<ContainerRun> run_of(const Object& options)
{
    return docker_work::run_of(options, {});
}

Object with(std::string name, Value value)
{
    return {{"image", "nginx"}, {std::move(name), std::move(value)}};
}

std::string refusal_of(const Object& options)
{
    const auto run = run_of(options);
    REQUIRE(run.has_error());
    CHECK(run.error().code == Errc::bad_arguments);
    return run.error().message;
}

} // namespace

TEST_CASE("an image is all that is needed")
{
    const auto run = run_of({{"image", "nginx"}}).value();
    CHECK(run.making.spec.image == "nginx:latest");
    CHECK_FALSE(run.making.spec.command);
    CHECK(run.check);
    CHECK_FALSE(run.making.spec.new_privileges);
    CHECK(run.making.pull == Pull::missing);
}

TEST_CASE("a command is words, or a line of them")
{
    CHECK(*container_of(with("command", "sh -c 'echo hi'")).value().command == docker::Words{"sh", "-c", "echo hi"});
    CHECK(*container_of(with("command", Array{"sleep", 3})).value().command == docker::Words{"sleep", "3"});
    CHECK(refusal_of(with("command", "echo 'a")).find("'command' cannot be read") == 0);
    CHECK(refusal_of(with("command", Array{Value{Object{}}})).find("'command' must be a list of words") == 0);
}

TEST_CASE("an environment is a table, or a list as messages have it")
{
    const docker::Pairs wanted{{"A", "1"}, {"B", "x=y"}};
    CHECK(container_of(with("env", Object{{"A", 1}, {"B", "x=y"}})).value().env == wanted);
    CHECK(container_of(with("env", Array{"A=1", "B=x=y"})).value().env == wanted);
    CHECK(refusal_of(with("env", Array{"A"})).find("'env'") == 0);
    CHECK(refusal_of(with("env", Object{{"A=B", 1}})).find("'env'") == 0);
}

TEST_CASE("labels are the caller's, but not those of the agent")
{
    CHECK(container_of(with("labels", Object{{"team", "a"}})).value().labels == docker::Pairs{{"team", "a"}});
    CHECK(refusal_of(with("labels", Object{{"forager.home", "x"}})).find("'labels' has 'forager.home'") == 0);
}

TEST_CASE("volumes come in three forms")
{
    const std::vector<Mount> wanted{{Mount::Kind::bind, "/src", "/dst", true},
                                    {Mount::Kind::volume, "data", "/d", false}};
    CHECK(mounts_option({{"volumes", Array{"/src:/dst:ro", "data:/d"}}}).value() == wanted);
    CHECK(mounts_option({{"volumes", Array{Object{{"source", "/src"}, {"target", "/dst"}, {"read_only", true}},
                                           Object{{"source", "data"}, {"target", "/d"}}}}})
              .value() == wanted);
    CHECK(mounts_option({{"volumes", Object{{"/src", Object{{"bind", "/dst"}, {"mode", "ro"}}}, {"data", "/d:rw"}}}})
              .value() == wanted);
    CHECK(mounts_option({{"volumes", Array{Object{{"type", "tmpfs"}, {"target", "/t"}}}}}).value().at(0).kind ==
          Mount::Kind::tmpfs);
}

TEST_CASE("volumes that are none are refused, showing them")
{
    for (const char* text : {"/src", "/src:dst", ":/dst", "a/b:/dst", "/src:/dst:rx"}) {
        CAPTURE(text);
        CHECK(refusal_of(with("volumes", Array{text})).find("'volumes' has '") == 0);
    }
    CHECK(refusal_of(with("volumes", Array{Object{{"sorce", "/a"}, {"target", "/b"}}})).find("sorce") !=
          std::string::npos);
    CHECK(refusal_of(with("volumes", "x")).find("'volumes' must be a list or a table") == 0);
}

TEST_CASE("ports say where they are reached")
{
    const auto ports =
        ports_option({{"ports", Array{80, "8080:80", "127.0.0.1:53:53/udp", "[::1]:1:2", "127.0.0.1::80"}}}).value();
    CHECK(ports.at(0) == docker::Port{80, "tcp", "", {}});
    CHECK(ports.at(1) == docker::Port{80, "tcp", "", 8080});
    CHECK(ports.at(2) == docker::Port{53, "udp", "127.0.0.1", 53});
    CHECK(ports.at(3) == docker::Port{2, "tcp", "::1", 1});
    CHECK(ports.at(4) == docker::Port{80, "tcp", "127.0.0.1", {}});
    for (const char* text : {"", "x", "0", "70000", "80/xyz", "x:80"})
        CHECK(refusal_of(with("ports", Array{text})).find("'ports' has '") == 0);
}

TEST_CASE("limits are sizes, cores and counts")
{
    const auto spec =
        container_of({{"image", "a"}, {"memory", "64MB"}, {"cpus", 1}, {"pids", 10}, {"shm_size", 1024}}).value();
    CHECK(spec.memory == 64ULL * 1024 * 1024);
    CHECK(spec.cpus == 1.0);
    CHECK(spec.pids == 10);
    CHECK(spec.shm_size == 1024U);
    CHECK(refusal_of(with("memory", "much")).find("'memory' must be a size") == 0);
    CHECK(refusal_of(with("cpus", 0)).find("'cpus' must be a number of cores") == 0);
    CHECK(refusal_of(with("cpus", "two")).find("'cpus'") == 0);
}

TEST_CASE("a restart policy is one of the engine's")
{
    CHECK(container_of(with("restart", "on-failure:5")).value().restart == docker::Restart{"on-failure", 5});
    CHECK(container_of(with("restart", "always")).value().restart == docker::Restart{"always", 0});
    for (const char* text : {"sometimes", "always:3", "on-failure:x", "on-failure:1:2"})
        CHECK(container_of(with("restart", text)).has_error());
}

TEST_CASE("a typo is refused with what was meant")
{
    CHECK(refusal_of({{"image", "a"}, {"comand", "x"}}) ==
          "docker.run has no option 'comand' (did you mean 'command'?)");
    CHECK(refusal_of(Object{}).find("'image' is missing") == 0);
    CHECK(refusal_of(with("restart", "always")).find("'restart' is not for") == 0);
}

TEST_CASE("a run has options of its own")
{
    const auto run = run_of({{"image", "a"},
                             {"stdin", "x"},
                             {"timeout", "2s"},
                             {"limit", "1KB"},
                             {"merge", true},
                             {"check", false},
                             {"pull", "never"}})
                         .value();
    CHECK(run.input == "x");
    CHECK(run.timeout == Duration{2s});
    CHECK(run.limit == 1024U);
    CHECK(run.merge);
    CHECK_FALSE(run.check);
    CHECK(run.making.pull == Pull::never);
    CHECK(refusal_of(with("pull", "often")).find("'pull' must be") == 0);
}
