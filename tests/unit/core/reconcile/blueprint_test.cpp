#include "core/reconcile/blueprint.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::reconcile;

namespace {

Object definition(std::string kind = "BlueprintDefinition")
{
    return {{"kind", std::move(kind)},
            {"metadata", Object{{"name", "field-fleet"}}},
            {"spec", Object{{"names", Object{{"kind", "ExecutorDeployment"}}},
                            {"handler", Object{{"executorType", "fleet"}, {"functionName", "reconcile"}}}}}};
}

std::string complaint(const Result<Object>& result)
{
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Errc::bad_arguments);
    CHECK(result.error().message.starts_with(part<std::string>(result.error().details, "field") + ": "));
    return result.error().message;
}

} // namespace

TEST_CASE("a definition is known by all names that it had, and sent by today's")
{
    for (const char* kind : {"BlueprintDefinition", "CustomResourceDefinition", "ResourceDefinition"}) {
        const Object document = definition(kind);
        CHECK(is_definition(document));
        const auto sent = definition_of(document, "lab");
        REQUIRE(sent);
        CHECK(part<std::string>(*sent, "kind") == "BlueprintDefinition");
        CHECK(part<std::string>(part<Object>(*sent, "metadata"), "colonyname") == "lab");
    }
    CHECK_FALSE(is_definition({{"kind", "ExecutorDeployment"}}));
}

TEST_CASE("what is wrong with a definition is said with its place")
{
    CHECK(complaint(definition_of({{"kind", "BlueprintDefinition"}}, "lab")) == "metadata.name: is missing");
    Object without_kind = definition();
    without_kind.set("spec", Object{});
    CHECK(complaint(definition_of(without_kind, "lab")) == "spec.names.kind: is missing");
    Object without_handler = definition();
    without_handler.set("spec", Object{{"names", Object{{"kind", "X"}}}});
    CHECK(complaint(definition_of(without_handler, "lab")) == "spec.handler.executorType: is missing");
    Object wrong_table = definition();
    wrong_table.set("spec", 3);
    CHECK(complaint(definition_of(wrong_table, "lab")).starts_with("spec: must be a table"));
}

TEST_CASE("a definition without a function has the usual one")
{
    Object document = definition();
    document.set("spec", Object{{"names", Object{{"kind", "X"}}}, {"handler", Object{{"executorType", "fleet"}}}});
    const auto sent = definition_of(document, "lab");
    REQUIRE(sent);
    CHECK(handling_of(part<Object>(*sent, "spec")).function == "reconcile");
    CHECK(handling_of(part<Object>(*sent, "spec")).executor_type == "fleet");
}

TEST_CASE("a blueprint in the words of before keeps what they mean")
{
    const Object old{{"apiVersion", "compute.colonies.io/v1"},
                     {"kind", "ExecutorDeployment"},
                     {"metadata", Object{{"name", "web"}, {"namespace", "lab"}, {"uid", "1"}}},
                     {"spec", Object{{"replicas", 3}}},
                     {"handler", Object{}}};
    const auto sent = blueprint_of(old, "lab");
    REQUIRE(sent);
    CHECK(*sent ==
          Object{{"kind", "ExecutorDeployment"},
                 {"metadata",
                  Object{{"name", "web"}, {"colonyname", "lab"}, {"annotations", Object{{"forager.naming", "index"}}}}},
                 {"spec", Object{{"replicas", 3}}}});
    CHECK(complaint(blueprint_of(old, "farm")) ==
          "metadata.namespace: is 'lab', but the colony that is asked is 'farm'");
}

TEST_CASE("a blueprint of today is sent as it is, without what the server writes")
{
    const Object document{{"kind", "ExecutorDeployment"},
                          {"blueprintid", "5"},
                          {"metadata", Object{{"name", "web"}, {"locationname", "barn"}, {"generation", 7}}},
                          {"spec", Object{{"replicas", 3}}},
                          {"status", Object{{"phase", "Running"}}}};
    CHECK(blueprint_of(document, "lab").value() ==
          Object{{"kind", "ExecutorDeployment"},
                 {"metadata", Object{{"name", "web"}, {"colonyname", "lab"}, {"locationname", "barn"}}},
                 {"spec", Object{{"replicas", 3}}}});
    CHECK(complaint(blueprint_of(definition(), "lab")).starts_with("kind: "));
    CHECK(complaint(blueprint_of({{"metadata", Object{{"name", "web"}}}}, "lab")) == "kind: is missing");
}

TEST_CASE("documents say the same whatever the order of their members and the form of their numbers")
{
    CHECK(says_the_same(Value{Object{{"a", 1}, {"b", Array{1.0, "x"}}}},
                        Value{Object{{"b", Array{1, "x"}}, {"a", 1.0}}}));
    CHECK_FALSE(says_the_same(Value{Object{{"a", 1}}}, Value{Object{{"a", 2}}}));
    CHECK_FALSE(says_the_same(Value{Object{{"a", 1}}}, Value{Object{{"a", 1}, {"b", 0}}}));
    CHECK_FALSE(says_the_same(Value{1}, Value{"1"}));
    CHECK(without_nothing(Value{Object{{"a", ""}, {"b", Object{{"c", nullptr}, {"d", 0}}}, {"e", Array{0}}}}) ==
          Value{Object{{"e", Array{0}}}});
}
