#include "app/agent/blueprint_words.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;

namespace {

colonies::Blueprint blueprint()
{
    colonies::Blueprint blueprint;
    blueprint.id = std::string(64, 'a');
    blueprint.kind = "ExecutorDeployment";
    blueprint.metadata.name = "web";
    blueprint.metadata.colony = "lab";
    blueprint.metadata.generation = 2;
    blueprint.spec = {{"replicas", 3}};
    blueprint.status = {{"phase", "Running"}};
    return blueprint;
}

colonies::BlueprintDefinition definition(std::string name, std::string kind, std::string type)
{
    colonies::BlueprintDefinition definition;
    definition.metadata.name = std::move(name);
    definition.spec = {{"names", Object{{"kind", std::move(kind)}}},
                       {"handler", Object{{"executorType", std::move(type)}}}};
    return definition;
}

} // namespace

TEST_CASE("executors that offer to reconcile are handlers, where there is a colony")
{
    config::Settings settings;
    settings.executors.resize(3);
    settings.executors[0].type = "fleet";
    settings.executors[0].functions = {"reconcile.*"};
    settings.executors[0].name = "edge";
    settings.executors[0].location = "barn";
    settings.executors[1].type = "unix";
    settings.executors[1].functions = {"unix.*"};
    settings.executors[2].type = "all";
    CHECK(blueprint_handlers(settings).empty());
    settings.colony.host = "localhost";
    settings.colony.name = "lab";
    const auto handlers = blueprint_handlers(settings);
    REQUIRE(handlers.size() == 2);
    CHECK(handlers.front().type == "fleet");
    CHECK(handlers.front().name == "edge");
    CHECK(handlers.front().location == "barn");
    CHECK(handlers.back().type == "all");
}

TEST_CASE("a blueprint for a place is for executors there, one for none is for all")
{
    CHECK(is_asked_for("", ""));
    CHECK(is_asked_for("", "barn"));
    CHECK(is_asked_for("Barn", "barn"));
    CHECK_FALSE(is_asked_for("barn", ""));
    CHECK_FALSE(is_asked_for("barn", "field"));
}

TEST_CASE("of two definitions of a kind the first by name counts")
{
    const auto kinds = handled_kinds({definition("b", "X", "late"), definition("a", "X", "first"),
                                      definition("c", "Y", "other"), definition("d", "", "none")});
    REQUIRE(kinds.size() == 2);
    CHECK(kinds.front().executor_type == "first");
    CHECK(kinds.back().kind == "Y");
}

TEST_CASE("a blueprint is a document with an id that labels have room for, and without a status")
{
    CHECK(document_of(blueprint(), {}).value() ==
          Object{{"kind", "ExecutorDeployment"},
                 {"metadata",
                  Object{{"name", "web"}, {"colonyname", "lab"}, {"uid", std::string(32, 'a')}, {"generation", 2}}},
                 {"spec", Object{{"replicas", 3}}}});
    colonies::Blueprint old = blueprint();
    old.metadata.annotations = {{"forager.naming", "index"}};
    CHECK(document_of(old, {})->find("apiVersion") != nullptr);
}

TEST_CASE("a schema gives its defaults, and says what it does not allow")
{
    const Object schema{{"type", "object"},
                        {"required", Array{"executorType"}},
                        {"properties", Object{{"executorType", Object{{"type", "string"}}},
                                              {"runtime", Object{{"type", "string"}, {"default", "local"}}}}}};
    const auto refused = document_of(blueprint(), schema);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.starts_with("spec.executorType"));
    colonies::Blueprint good = blueprint();
    good.spec.set("executorType", "reader");
    CHECK(part<std::string>(part<Object>(*document_of(good, schema), "spec"), "runtime") == "local");
    CHECK(document_of(blueprint(), {{"type", 7}})); // makes no sense: it is none
}

TEST_CASE("a document that comes with a process may be in the words of before")
{
    const auto document = attached_document({{"apiVersion", "v1"},
                                             {"kind", "ExecutorDeployment"},
                                             {"metadata", Object{{"name", "web"}, {"namespace", "lab"}, {"uid", "u"}}},
                                             {"spec", Object{{"replicas", 1}}}},
                                            "lab");
    REQUIRE(document);
    CHECK(part<Object>(*document, "metadata") == Object{{"name", "web"}, {"colonyname", "lab"}, {"uid", "u"}});
    CHECK(document->find("apiVersion") != nullptr);
    CHECK_FALSE(attached_document({{"kind", "X"}}, "lab"));
}

TEST_CASE("what is told of a blueprint names its reconciler, and what is wrong with it")
{
    BlueprintReport report;
    report.reconciler = "edge";
    report.generation = 4;
    const Object pending = status_of(report, WallTime{});
    CHECK(part<std::string>(pending, "phase") == "Pending");
    CHECK(part<Array>(pending, "instances").empty());
    CHECK(part<std::int64_t>(pending, "generation") == 4);
    CHECK(part<std::string>(pending, "lastUpdated") == "1970-01-01T00:00:00.000Z");
    report.status = {{"phase", "Running"}, {"instances", Array{Value{Object{{"name", "a"}, {"lastCheck", "x"}}}}}};
    report.problem = "spec.replicas: is too many";
    const Object wrong = status_of(report, WallTime{});
    CHECK(part<std::string>(wrong, "phase") == "Degraded");
    CHECK(part<std::string>(wrong, "message") == "spec.replicas: is too many");
    CHECK(significant(wrong) == significant(status_of(report, WallTime{std::chrono::hours{1}})));
    CHECK(significant(wrong).find("instances")->get<Array>()->front() == Value{Object{{"name", "a"}}});
}
