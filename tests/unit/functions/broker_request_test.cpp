#include "functions/broker.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;

namespace {

Result<WantedContainer> wanted(ContainerAction action, const Object& fields)
{
    const auto request = container_request(action, fields);
    REQUIRE(request);
    Invocation invocation;
    invocation.id = "i1";
    invocation.source = "broker redis";
    return wanted_container(*request, invocation, "abc", "Europe/Berlin");
}

const Object nginx{{"image", "nginx"}, {"name", "web"}};

Object nginx_with(std::string name, Value value)
{
    Object fields = nginx;
    fields.set(std::move(name), std::move(value));
    return fields;
}

} // namespace

TEST_CASE("an image and a name are enough")
{
    const auto create = wanted(ContainerAction::create, nginx);
    REQUIRE(create);
    const docker::ContainerSpec& spec = create->making.spec;
    CHECK(spec.image == "nginx:latest");
    CHECK(spec.name == "web");
    CHECK(spec.env == docker::Pairs{{"UUID", "abc"}, {"TZ", "Europe/Berlin"}});
    CHECK(spec.restart.policy == "on-failure");
    CHECK(spec.restart.most == 5);
    CHECK(create->making.pull == docker_work::Pull::missing);
    CHECK(create->making.conflict == docker_work::Conflict::keep);
    CHECK_FALSE(create->build);
}

TEST_CASE("a run that is answered is not begun again by the engine")
{
    const auto run = wanted(ContainerAction::run, nginx);
    CHECK(run->making.spec.restart.policy == "no");
    CHECK(run->stderr_word == "separate");
    CHECK_FALSE(run->remove);
}

TEST_CASE("what is wrong with the environment is told by the sender's word for it")
{
    const auto refused = wanted(ContainerAction::create, nginx_with("environment", Array{"A"}));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("'environment'") != std::string::npos);
    CHECK(refused.error().message.find("'env'") == std::string::npos);
}

TEST_CASE("the environment comes as a list or as an object, and the message's own zone wins")
{
    const auto list = wanted(ContainerAction::create, nginx_with("environment", Array{"A=1", "TZ=UTC"}));
    CHECK(list->making.spec.env == docker::Pairs{{"A", "1"}, {"TZ", "UTC"}, {"UUID", "abc"}});
    const auto table = wanted(ContainerAction::create, nginx_with("environment", Object{{"A", 1}}));
    CHECK(table->making.spec.env.front() == std::pair<std::string, std::string>{"A", "1"});
}

TEST_CASE("a build is made of the context, and nothing is pulled then")
{
    Object fields = nginx_with("build", true);
    const auto usual = wanted(ContainerAction::create, fields);
    CHECK(usual->build == Object{{"context", "./"}, {"tag", "nginx:latest"}});
    CHECK(usual->making.pull == docker_work::Pull::never);
    fields.set("context", "/work");
    fields.set("pull", "always");
    CHECK(wanted(ContainerAction::create, fields)->build ==
          Object{{"context", "/work"}, {"tag", "nginx:latest"}, {"pull", true}});
}

TEST_CASE("volumes are as upstream's")
{
    const auto volume = wanted(ContainerAction::run,
                               nginx_with("volumes", Object{{"/host/", Object{{"bind", "/inside/"}, {"mode", "ro"}}}}));
    REQUIRE(volume);
    REQUIRE(volume->making.spec.mounts.size() == 1);
    CHECK(volume->making.spec.mounts[0].source == "/host/");
    CHECK(volume->making.spec.mounts[0].target == "/inside/");
    CHECK(volume->making.spec.mounts[0].read_only);
}

TEST_CASE("what an existing container of the name becomes")
{
    using docker_work::Conflict;
    const auto conflict = [](const char* word) {
        return wanted(ContainerAction::create, nginx_with("on_conflict", word))->making.conflict;
    };
    CHECK(conflict("start") == Conflict::keep);
    CHECK(conflict("replace") == Conflict::replace);
    CHECK(conflict("fail") == Conflict::fail);
}

TEST_CASE("policies know who asks, and the container whom it is for")
{
    const auto create = wanted(ContainerAction::create, nginx_with("privileged", true));
    REQUIRE(create);
    CHECK(create->making.asker.source == "broker redis");
    CHECK(create->making.spec.labels.front() == std::pair<std::string, std::string>{"forager.invocation", "i1"});
}
