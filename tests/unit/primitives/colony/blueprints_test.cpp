#include "primitives/colony/blueprints.hpp"

#include "asked_colony.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;

namespace {

Object blueprint(std::int64_t replicas)
{
    return {{"kind", "ExecutorDeployment"},
            {"metadata", Object{{"name", "web"}}},
            {"spec", Object{{"replicas", replicas}}}};
}

Object definition(std::string type)
{
    return {{"kind", "CustomResourceDefinition"},
            {"metadata", Object{{"name", "fleet"}}},
            {"spec", Object{{"names", Object{{"kind", "ExecutorDeployment"}}},
                            {"handler", Object{{"executorType", std::move(type)}, {"functionName", "reconcile"}}}}}};
}

const char* const stored_blueprint =
    R"({"blueprintid":"b","kind":"ExecutorDeployment","metadata":{"name":"web","colonyname":"c","generation":4},
        "spec":{"replicas":3},"status":{"phase":"Running"}})";
const char* const stored_definition =
    R"({"blueprintdefinitionid":"d","kind":"BlueprintDefinition","metadata":{"name":"fleet","colonyname":"c"},
        "spec":{"group":"","names":{"kind":"ExecutorDeployment","plural":"","shortNames":null},"schema":null,
        "handler":{"executorType":"fleet","functionName":"reconcile","reconcileInterval":0}}})";

std::string change_of(const Result<Object>& applied)
{
    REQUIRE(applied);
    return part<std::string>(*applied, "change");
}

} // namespace

TEST_CASE("a document that the colony does not have is added, with a first generation")
{
    AskedColony colony;
    colony.on["getblueprintmsg"] = [](const Heard&) { return refusal_of_server(404, "Blueprint not found"); };
    colony.always("addblueprintmsg", stored_blueprint);
    CHECK(change_of(colony.run(colony_work::apply_document(colony.member, blueprint(3), false))) == "created");
    const auto sent = part<Object>(colony.last("addblueprintmsg"), "blueprint");
    CHECK(part<Object>(sent, "metadata") == Object{{"name", "web"}, {"colonyname", "c"}, {"generation", 1}});
}

TEST_CASE("one that is there already is left alone, and another one updates it without losing its status")
{
    AskedColony colony;
    colony.always("getblueprintmsg", stored_blueprint);
    colony.always("updateblueprintmsg", stored_blueprint);
    CHECK(change_of(colony.run(colony_work::apply_document(colony.member, blueprint(3), false))) == "unchanged");
    CHECK(colony.count("updateblueprintmsg") == 0);
    CHECK(change_of(colony.run(colony_work::apply_document(colony.member, blueprint(5), false))) == "configured");
    const auto sent = part<Object>(colony.last("updateblueprintmsg"), "blueprint");
    CHECK(part<Object>(sent, "status") == Object{{"phase", "Running"}});
    CHECK(part<Object>(sent, "spec") == Object{{"replicas", 5}});
    CHECK(part<std::string>(sent, "blueprintid") == "b");
    CHECK(change_of(colony.run(colony_work::apply_document(colony.member, blueprint(3), true))) == "configured");
    CHECK(part<bool>(colony.last("updateblueprintmsg"), "forcegeneration"));
}

TEST_CASE("definitions are the owner's: without his key they are only compared")
{
    AskedColony colony;
    colony.always("getblueprintdefinitionmsg", stored_definition);
    CHECK(change_of(colony.run(colony_work::apply_document(colony.member, definition("fleet"), false))) == "unchanged");
    const auto refused = colony.run(colony_work::apply_document(colony.member, definition("other"), false));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("owner_key") != std::string::npos);
    CHECK(colony.run(colony_work::add_definition(colony.member, definition("other"))).error().code == Errc::refused);
}

TEST_CASE("a definition that is another one is replaced, as long as its kind has no blueprints")
{
    AskedColony colony;
    const auto owner = colonies::PrivateKey::generate();
    colony.member.own_with(owner);
    colony.always("getblueprintdefinitionmsg", stored_definition);
    colony.always("addblueprintdefinitionmsg", stored_definition);
    CHECK(change_of(colony.run(colony_work::apply_document(colony.member, definition("other"), false))) ==
          "configured");
    CHECK(colony.count("removeblueprintdefinitionmsg") == 1);
    CHECK(std::ranges::find(colony.calls, "addblueprintdefinitionmsg", &Heard::call)->signer == owner.id());
    colony.on["removeblueprintdefinitionmsg"] = [](const Heard&) {
        return refusal_of_server(409, "cannot remove BlueprintDefinition: 2 blueprint(s) exist");
    };
    const auto in_use = colony.run(colony_work::apply_document(colony.member, definition("third"), false));
    REQUIRE_FALSE(in_use);
    CHECK(in_use.error().message.find("remove these first") != std::string::npos);
}

TEST_CASE("a definition that cannot be replaced is put back")
{
    AskedColony colony;
    colony.member.own_with(colonies::PrivateKey::generate());
    colony.always("getblueprintdefinitionmsg", stored_definition);
    std::vector<std::string> types;
    colony.on["addblueprintdefinitionmsg"] = [&](const Heard& call) {
        const auto spec = part<Object>(part<Object>(call.payload, "blueprintdefinition"), "spec");
        types.push_back(part<std::string>(part<Object>(spec, "handler"), "executorType"));
        return types.size() == 1 ? refusal_of_server(500, "no") : reply_of(stored_definition);
    };
    CHECK_FALSE(colony.run(colony_work::apply_document(colony.member, definition("other"), false)));
    CHECK(types == std::vector<std::string>{"other", "fleet"});
}

TEST_CASE("a document that is none is sent to nobody")
{
    AskedColony colony;
    const auto refused = colony.run(colony_work::add_blueprint(colony.member, {{"kind", "X"}}));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message == "metadata.name: is missing");
    CHECK(part<std::string>(refused.error().details, "field") == "metadata.name");
    CHECK(colony.calls.empty());
}

TEST_CASE("lists are in the order of names, and a history has times")
{
    AskedColony colony;
    colony.always("getblueprintsmsg", R"([{"kind":"X","metadata":{"name":"b"}},{"kind":"X","metadata":{"name":"a"}}])");
    const auto list = colony.run(colony_work::list_blueprints(colony.member, "X"));
    REQUIRE(list);
    CHECK(part<std::string>(part<Object>(*list->front().get<Object>(), "metadata"), "name") == "a");
    colony.always("getblueprintmsg", stored_blueprint);
    colony.always("getblueprinthistorymsg",
                  R"([{"historyid":"h","generation":2,"changetype":"update","timestamp":"1970-01-01T00:00:02Z"}])");
    const auto history = colony.run(colony_work::blueprint_history(colony.member, "web"));
    REQUIRE(history);
    CHECK(part<double>(*history->front().get<Object>(), "at") == 2.0);
    CHECK(part<std::string>(colony.last("getblueprinthistorymsg"), "blueprintid") == "b");
}
