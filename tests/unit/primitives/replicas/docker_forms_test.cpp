#include "primitives/replicas/docker_forms.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace forager;
using namespace forager::reconcile;
using namespace forager::replicas;
using namespace std::chrono_literals;

namespace {

Deployment deployment()
{
    Deployment wanted;
    wanted.key = {"", "lab", "ExecutorDeployment", "web"};
    wanted.id = "abc12345";
    wanted.generation = 7;
    wanted.replica.image = "team/reader:3";
    return wanted;
}

NewReplica replica()
{
    NewReplica replica;
    replica.name = "web-abc12345-0";
    replica.executor = "web-abc12345-0-7";
    replica.env = {{"A", "1"}};
    return replica;
}

Object listed(const std::string& state, const std::string& status)
{
    const Object labels{{"forager.reconcile.origin", ""},
                        {"forager.reconcile.space", "lab"},
                        {"forager.reconcile.kind", "ExecutorDeployment"},
                        {"forager.reconcile.name", "web"},
                        {"forager.reconcile.print", "f00d"},
                        {"forager.reconcile.generation", "7"},
                        {"forager.reconcile.executor", "web-0-7"}};
    return {{"Id", "c0ffee"},   {"Names", Array{"/web-0"}}, {"Image", "team/reader:3"}, {"State", state},
            {"Status", status}, {"Created", 1'000},         {"Labels", labels}};
}

Object inspected(const std::string& status, Object more = {})
{
    Object state{{"Status", status}, {"StartedAt", "1970-01-01T00:20:00.5Z"}, {"FinishedAt", "1970-01-01T00:20:01Z"}};
    for (Member& member : more)
        state.set(member.name, member.value);
    return {{"Id", "c0ffee"},
            {"Name", "/web-0"},
            {"Created", "1970-01-01T00:16:40.25Z"},
            {"State", std::move(state)},
            {"Config", Object{{"Image", "team/reader:3"}}}};
}

Instance looked_at(const Object& record, WallTime now = WallTime{1'001s})
{
    Instance instance = docker_forms::read(listed("created", "Created")).instance;
    docker_forms::complete(instance, record, now);
    return instance;
}

std::string field_of(const Result<void>& checked)
{
    return checked.has_value() ? "" : part<std::string>(checked.error().details, "field");
}

std::string label(const docker::ContainerSpec& spec, const std::string& name)
{
    return part<std::string>(docker::object_of(spec.labels), name);
}

} // namespace

TEST_CASE("a document that engines can run is taken")
{
    Deployment wanted = deployment();
    wanted.replica.volumes = {{"/data/models", "/models", false}, {"cache", "/cache", true}};
    wanted.replica.ports = {{80, std::nullopt, "tcp"}};
    wanted.replicas = 5;
    CHECK(docker_forms::check(wanted));
    wanted.replica.image = "sha256:" + std::string(64, 'a');
    CHECK(docker_forms::check(wanted));
}

TEST_CASE("what no engine could run is refused, with its place")
{
    Deployment wanted = deployment();
    SUBCASE("no image")
    {
        wanted.replica.image = "";
        CHECK(field_of(docker_forms::check(wanted)) == "spec.image");
    }
    SUBCASE("a word that is no image")
    {
        wanted.replica.image = "No Good";
        CHECK(field_of(docker_forms::check(wanted)) == "spec.image");
    }
    SUBCASE("a name that containers cannot have")
    {
        wanted.key.name = "w/eb";
        CHECK(field_of(docker_forms::check(wanted)) == "metadata.name");
    }
    SUBCASE("a relative source")
    {
        wanted.replica.volumes = {{"/a", "/b", false}, {"./data", "/models", false}};
        CHECK(field_of(docker_forms::check(wanted)) == "spec.volumes");
    }
    SUBCASE("a label of the agent's own")
    {
        wanted.replica.labels = {{"forager.home", "x"}};
        CHECK(field_of(docker_forms::check(wanted)) == "spec.labels");
    }
}

TEST_CASE("a replica says whose it is")
{
    Deployment wanted = deployment();
    wanted.replica.labels = {{"crop", "oats"}, {"colonies.managed", "false"}};
    const auto spec = docker_forms::container_of(wanted, replica());
    CHECK(label(spec, "crop") == "oats");
    CHECK(label(spec, "colonies.deployment") == "web");
    CHECK(label(spec, "colonies.managed") == "true");
    CHECK(label(spec, "colonies.generation") == "7");
    CHECK(label(spec, "colonies.executor") == "web-abc12345-0-7");
    CHECK(label(spec, "forager.reconcile.id") == "abc12345");
    CHECK(label(spec, "forager.reconcile.generation") == "7");
    CHECK(label(spec, "forager.reconcile.print") == print_of(wanted.replica));
    CHECK(label(spec, "forager.reconcile.executor") == "web-abc12345-0-7");
    const Object labels = docker::object_of(spec.labels);
    CHECK(docker_forms::key_in(labels) == wanted.key);
    CHECK(docker_forms::is_of(wanted.key, labels));
    CHECK(labels.find("forager.owner") == nullptr); // it does not end with this run of the program
    Key other = wanted.key;
    other.space = "";
    CHECK_FALSE(docker_forms::is_of(other, labels));
    other = wanted.key;
    other.origin = "colony";
    CHECK_FALSE(docker_forms::is_of(other, labels));
    CHECK_FALSE(docker_forms::is_of(wanted.key, Object{{"crop", "oats"}}));
}

TEST_CASE("a document's words become the engine's")
{
    Deployment wanted = deployment();
    Template& form = wanted.replica;
    form.image = "reader";
    form.entrypoint = {{"/run"}};
    form.command = {{"a", "b"}};
    form.volumes = {{"/data/models", "/models", false}, {"/odd:path", "/odd", true}, {"cache", "/cache", true}};
    form.ports = {{80, 8080, "tcp"}, {53, std::nullopt, "udp"}};
    form.cpu = 0.25;
    form.memory = 1 << 20;
    form.user = "7:8";
    form.cwd = "/work";
    form.network = "apps";
    form.health = HealthCheck{};
    form.health->command = {"test", "-e", "/x"};
    form.health->interval = 1500ms;
    const auto body = docker::to_body(docker_forms::container_of(wanted, replica()));
    const auto host = part<Object>(body, "HostConfig");
    CHECK(part<std::string>(body, "Image") == "reader:latest");
    CHECK(part<Array>(body, "Entrypoint") == Array{"/run"});
    CHECK(part<Array>(body, "Cmd") == Array{"a", "b"});
    CHECK(part<Array>(body, "Env") == Array{"A=1"});
    CHECK(part<std::string>(body, "User") == "7:8");
    CHECK(part<std::string>(body, "WorkingDir") == "/work");
    CHECK(part<Array>(host, "Binds") == Array{"/data/models:/models"});
    REQUIRE(part<Array>(host, "Mounts").size() == 2);
    const Array mounts = part<Array>(host, "Mounts");
    CHECK(part<std::string>(*mounts[0].get<Object>(), "Source") == "/odd:path");
    CHECK(part<std::string>(*mounts[1].get<Object>(), "Type") == "volume");
    CHECK(part<Object>(host, "PortBindings").size() == 2);
    CHECK(part<std::int64_t>(host, "NanoCpus") == 250'000'000);
    CHECK(part<std::int64_t>(host, "Memory") == 1 << 20);
    CHECK(part<bool>(host, "Init"));
    CHECK(part<std::string>(host, "NetworkMode") == "apps");
    CHECK(part<std::string>(part<Object>(host, "RestartPolicy"), "Name") == "no");
    const auto test = part<Object>(body, "Healthcheck");
    CHECK(part<Array>(test, "Test") == Array{"CMD", "test", "-e", "/x"});
    CHECK(part<std::int64_t>(test, "Interval") == 1'500'000'000);
    CHECK(part<std::int64_t>(test, "Timeout") == 5'000'000'000);
    CHECK(part<std::int64_t>(test, "Retries") == 3);
    const auto endpoint = part<Object>(part<Object>(part<Object>(body, "NetworkingConfig"), "EndpointsConfig"), "apps");
    CHECK(part<Array>(endpoint, "Aliases") == Array{"web"});
}

TEST_CASE("the engine's own networks know no names")
{
    Deployment wanted = deployment();
    for (const char* network : {"", "none", "host", "bridge", "container:abc"}) {
        wanted.replica.network = network;
        CHECK(docker_forms::container_of(wanted, replica()).aliases.empty());
    }
}

TEST_CASE("one that runs is known from the list")
{
    const auto read = docker_forms::read(listed("running", "Up 3 seconds"));
    CHECK(read.is_told_all);
    CHECK(read.instance.name == "web-0");
    CHECK(read.instance.id == "c0ffee");
    CHECK(read.instance.print == "f00d");
    CHECK(read.instance.generation == 7);
    CHECK(read.instance.executor == "web-0-7");
    CHECK(read.instance.image == "team/reader:3");
    CHECK(read.instance.state == Instance::State::running);
    CHECK(read.instance.ready);
    CHECK(read.instance.created == WallTime{1'000s});
    CHECK(docker_forms::read(listed("running", "Up 3 seconds (healthy)")).is_told_all);
    CHECK_FALSE(docker_forms::read(listed("running", "Up 3 seconds (unhealthy)")).is_told_all);
    CHECK_FALSE(docker_forms::read(listed("running", "Up 3 seconds (health: starting)")).is_told_all);
    CHECK_FALSE(docker_forms::read(listed("exited", "Exited (3) 2 seconds ago")).is_told_all);
}

TEST_CASE("a closer look tells when it began and whether it is well")
{
    Instance instance = looked_at(inspected("running"));
    CHECK(instance.state == Instance::State::running);
    CHECK(instance.ready);
    CHECK(instance.created == WallTime{1'000'250ms});
    CHECK(instance.started == WallTime{1'200'500ms});
    CHECK_FALSE(instance.ended);
    instance = looked_at(inspected("running", {{"Health", Object{{"Status", "starting"}}}}));
    CHECK_FALSE(instance.ready);
    CHECK_FALSE(instance.unhealthy);
    CHECK(instance.trouble == "its health check has not succeeded yet");
    const Object failed{{"Status", "unhealthy"}, {"Log", Array{Value{Object{{"Output", "no file\n"}}}}}};
    instance = looked_at(inspected("running", {{"Health", failed}}));
    CHECK_FALSE(instance.ready);
    CHECK(instance.unhealthy);
    CHECK(instance.trouble == "its health check fails: no file");
    instance = looked_at(inspected("running", {{"Health", Object{{"Status", "healthy"}}}}));
    CHECK(instance.ready);
    CHECK(instance.trouble.empty());
    instance = looked_at(inspected("paused"));
    CHECK(instance.state == Instance::State::running);
    CHECK_FALSE(instance.ready);
    CHECK(instance.trouble == "somebody has paused it");
}

TEST_CASE("of one that has ended it is told how")
{
    Instance instance = looked_at(inspected("exited", {{"ExitCode", 3}}));
    CHECK(instance.state == Instance::State::ended);
    CHECK_FALSE(instance.ready);
    CHECK(instance.exit_code == 3);
    CHECK(instance.ended == WallTime{1'201s});
    CHECK(instance.trouble == "it has ended with status 3");
    instance = looked_at(inspected("exited", {{"ExitCode", 137}, {"OOMKilled", true}}));
    CHECK(instance.trouble.find("memory") != std::string::npos);
    instance = looked_at(inspected("dead", {{"Error", "no such device"}}));
    CHECK(instance.state == Instance::State::ended);
    CHECK(instance.trouble == "no such device");
}

TEST_CASE("one that was made and not started is waited for, but not for long")
{
    const Object never{{"StartedAt", "0001-01-01T00:00:00Z"}, {"FinishedAt", "0001-01-01T00:00:00Z"}};
    Instance instance = looked_at(inspected("created", never), WallTime{1'002s});
    CHECK(instance.state == Instance::State::starting);
    instance = looked_at(inspected("created", never), WallTime{1'004s});
    CHECK(instance.state == Instance::State::ended);
    CHECK_FALSE(instance.exit_code);
    CHECK(instance.trouble == "it was made and never started");
    Object failed = never;
    failed.set("Error", "no such program");
    instance = looked_at(inspected("created", failed), WallTime{1'001s});
    CHECK(instance.state == Instance::State::ended);
    CHECK(instance.trouble == "no such program");
}
