#include "builtin_world.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

TEST_CASE("every agent has the same functions, and says why others are missing")
{
    BuiltinWorld world;
    std::vector<std::string> names;
    for (const auto& entry : world.registry.list())
        names.push_back(entry->function.name);
    CHECK(names ==
          std::vector<std::string>{
              "broker.close",   "broker.create",       "broker.run",    "broker.start",       "docker.build",
              "docker.execute", "docker.inspect",      "docker.list",   "docker.logs",        "docker.run",
              "docker.start",   "docker.stop",         "docker.sync",   "echo.echo",          "k8s.containers",
              "k8s.deploy",     "k8s.deploy_executor", "k8s.execute",   "k8s.get_containers", "k8s.get_deployments",
              "k8s.get_output", "k8s.get_pods",        "k8s.get_scale", "k8s.list",           "k8s.pods",
              "k8s.restart",    "k8s.scale",           "k8s.sync",      "k8s.undeploy",       "ml.execute",
              "ml.sync",        "python.python_code",  "sleep.sleep",   "unix.unix_command"});
    CHECK(world.failure(calling("reconcile.apply")).code == Errc::refused);
}

TEST_CASE("echo gives back its one argument, whatever it is")
{
    BuiltinWorld world;
    const Value data = Array{1, "two", Object{{"three", 3.0}}};
    CHECK(as_one(world.call(calling("echo.echo", {data})).value()) == data);
    CHECK(world.failure(calling("echo.echo")).message.starts_with("Invalid argument"));
}

TEST_CASE("sleep takes milliseconds as a number or as text")
{
    BuiltinWorld world;
    for (const Value& pause : {Value{1500}, Value{"1500"}, Value{1500.0}}) {
        const TimePoint begun = world.clock.now();
        CHECK(world.call(calling("sleep.sleep", {pause})).value().empty());
        CHECK(world.clock.now() - begun == 1500ms);
    }
}

TEST_CASE("sleep refuses what is no number of milliseconds in upstream's words")
{
    BuiltinWorld world;
    CHECK(world.failure(calling("sleep.sleep", {Value{"soon"}}))
              .message.starts_with("Invalid argument, could not convert to int: 'soon'"));
    CHECK(world.failure(calling("sleep.sleep", {Value{-1}})).message.starts_with("Invalid argument"));
    CHECK(world.failure(calling("sleep.sleep", {Value{true}})).message == "Invalid argument, not string: a boolean");
    CHECK(world.failure(calling("sleep.sleep", {Value{"1e3"}})).code == Errc::bad_arguments);
}
