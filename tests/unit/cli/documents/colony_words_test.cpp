#include "cli/documents/colony_words.hpp"

#include "io/formats/json.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::cli;

namespace {

const Value web =
    parse_json(R"({"blueprintid":"b","kind":"ExecutorDeployment","metadata":{"name":"web","colonyname":"c",
    "locationname":"barn","generation":3},"spec":{"replicas":2},"status":{"phase":"Scaling","message":"1 of 2 is missing",
    "replicas":2,"ready":1,"reconciler":"edge","instances":[{"name":"web-1","state":"running","ready":true}]},
    "history":[{"generation":3,"change":"update","at":2.0,"changed_by":"0123456789abcdef"}]})")
        .value();
const Value fleet = parse_json(R"({"kind":"BlueprintDefinition","metadata":{"name":"fleet"},"spec":{"names":
    {"kind":"ExecutorDeployment"},"handler":{"executorType":"edge","functionName":"reconcile"}}})")
                        .value();

bool means(std::string_view what, const Value& document)
{
    return is_meant(*document.get<Object>(), what);
}

} // namespace

TEST_CASE("a blueprint is meant by its name, its kind in any spelling, or both")
{
    for (const char* what : {"", "web", "ExecutorDeployment", "executordeployments", "executordeployment/web"})
        CHECK(means(what, web));
    for (const char* what : {"we", "WebSite", "executordeployment/api", "web/ExecutorDeployment"})
        CHECK_FALSE(means(what, web));
    CHECK(means("definitions", fleet));
    CHECK(means("definition/fleet", fleet));
    CHECK(means_definitions("definitions"));
    CHECK(means_definitions("BlueprintDefinition/fleet"));
    CHECK_FALSE(means_definitions("fleet"));
    CHECK_FALSE(means_definitions(""));
}

TEST_CASE("what is not there is said with what is near")
{
    CHECK(meant({web}, "web")->size() == 1);
    CHECK(meant({}, "")->empty());
    const auto missing = meant({web}, "wep");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == Errc::not_found);
    CHECK(missing.error().message.find("did you mean 'web'") != std::string::npos);
}

TEST_CASE("what is shown has what people look for")
{
    const std::string list = shown_blueprints(Value{Array{web}});
    for (const char* word : {"web", "barn", "1/2", "Scaling", "3", "edge", "1 of 2 is missing"})
        CHECK(list.find(word) != std::string::npos);
    CHECK(shown_definitions(Value{Array{fleet}}).find("reconcile") != std::string::npos);
    const std::string text = shown_blueprint(web);
    for (const char* word : {"ExecutorDeployment/web", "Phase: Scaling: 1 of 2 is missing", "replicas: 2", "web-1",
                             "update", "1970-01-01T00:00:02"})
        CHECK(text.find(word) != std::string::npos);
    CHECK(text.find("abcdef") == std::string::npos); // of an id its beginning is enough
}
