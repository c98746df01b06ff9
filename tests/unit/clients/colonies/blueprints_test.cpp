#include "clients/colonies/calls/blueprints.hpp"

#include "clients/colonies/refusal.hpp"
#include "colony_world.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using colonies::Blueprint;

namespace {

const char* const stored = R"({"blueprintid":"b1","kind":"ExecutorDeployment","metadata":{"name":"web",
    "colonyname":"lab","locationname":"barn","labels":{"crop":"oats"},"annotations":null,"generation":2,
    "createdAt":"2026-02-03T04:05:06Z","updatedAt":"0001-01-01T00:00:00Z","lastReconciliationProcess":"p"},
    "spec":{"replicas":4},"status":{"phase":"Running"},"news":1})";

Blueprint blueprint()
{
    return colonies::read<Blueprint>(parse_json(stored).value()).value();
}

} // namespace

TEST_CASE("a blueprint is read with all that counts, and what is not known is ignored")
{
    const Blueprint read = blueprint();
    CHECK(read.id == "b1");
    CHECK(read.metadata.location == "barn");
    CHECK(read.metadata.labels == Object{{"crop", "oats"}});
    CHECK(read.metadata.generation == 2);
    CHECK(read.metadata.created.has_value());
    CHECK_FALSE(read.metadata.updated.has_value());
    CHECK(read.spec == Object{{"replicas", 4}});
    CHECK(read.status == Object{{"phase", "Running"}});
    CHECK(colonies::read<Blueprint>(Value{colonies::to_object(read)}).value() == read);
    CHECK(colonies::read<Blueprint>(parse_json(R"({"kind":"X","metadata":null,"spec":null,"status":null})").value())
              .value()
              .kind == "X");
}

TEST_CASE("each call says the colony as the server wants it")
{
    ColonyWorld world{reply_of(stored)};
    REQUIRE(world.run(colonies::get_blueprint(world.caller(), "lab", "web")));
    CHECK(world.last().payload == Object{{"namespace", "lab"}, {"name", "web"}, {"msgtype", "getblueprintmsg"}});
    REQUIRE(world.run(colonies::update_blueprint(world.caller(), blueprint(), true)));
    CHECK(part<bool>(world.last().payload, "forcegeneration"));
    CHECK(part<Object>(part<Object>(world.last().payload, "blueprint"), "status") == Object{{"phase", "Running"}});
    REQUIRE(world.run(colonies::get_blueprint_definition(world.caller(), "lab", "fleet")));
    CHECK(part<std::string>(world.last().payload, "colonyname") == "lab");
    REQUIRE(world.run(colonies::remove_blueprint_definition(world.caller(), "lab", "fleet")));
    CHECK(part<std::string>(world.last().payload, "namespace") == "lab");
    REQUIRE(world.run(colonies::update_blueprint_status(world.caller(), "lab", "web", {{"phase", "Scaling"}})));
    CHECK(part<std::string>(world.last().payload, "blueprintname") == "web");
    REQUIRE(world.run(colonies::remove_blueprint(world.caller(), "lab", "web")));
    CHECK(world.last().call == "removeblueprintmsg");
}

TEST_CASE("a blueprint in a list that cannot be read leaves the others there")
{
    ColonyWorld world{reply_of("[" + std::string{stored} + R"(,{"kind":7}])")};
    const auto list = world.run(colonies::get_blueprints(world.caller(), "lab", "ExecutorDeployment", ""));
    REQUIRE(list);
    CHECK(list->size() == 1);
    CHECK(part<std::string>(world.last().payload, "kind") == "ExecutorDeployment");
    ColonyWorld empty{reply_of("null")};
    CHECK(empty.run(colonies::get_blueprint_definitions(empty.caller(), "lab"))->empty());
}

TEST_CASE("what the server has no more is told from what it cannot say")
{
    ColonyWorld gone{refusal_of_server(404, "Blueprint not found")};
    const auto missing = gone.run(colonies::get_blueprint(gone.caller(), "lab", "web"));
    REQUIRE_FALSE(missing);
    CHECK(colonies::is_gone(missing.error()));
    ColonyWorld away{refusal_of_server(404, "<html>")};
    CHECK_FALSE(colonies::is_gone(away.run(colonies::get_blueprint(away.caller(), "lab", "web")).error()));
}
