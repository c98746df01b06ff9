// docs/openapi.yaml has the routes that the program has. What they take and give is held to it by
// tests/scenarios/openapi_test.py.
#include "app/agent/http_door.hpp"
#include "control/api.hpp"
#include "io/formats/yaml.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace forager {

namespace {

std::string text_of_document()
{
    std::ifstream file{std::string{std::getenv("FORAGER_DOCS")} + "/openapi.yaml"};
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::string upper_case(std::string text)
{
    for (char& letter : text)
        letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    return text;
}

std::set<std::string> documented_routes()
{
    const std::set<std::string> methods{"GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"};
    const Value document = parse_yaml(text_of_document()).value();
    std::set<std::string> routes;
    for (const Member& path : *document.get<Object>()->find("paths")->get<Object>())
        for (const Member& operation : *path.value.get<Object>())
            if (methods.contains(upper_case(operation.name)))
                routes.insert(upper_case(operation.name) + " " + path.name);
    return routes;
}

} // namespace

TEST_CASE("every route is documented, and every documented one is there")
{
    std::set<std::string> routes;
    for (const control::Api::Route& route : control::Api::routes())
        CHECK(routes.insert(std::string{route.method} + " " + std::string{route.path}).second);
    for (const std::string_view path : HttpDoor::own_paths)
        routes.insert("GET " + std::string{path});
    CHECK(routes == documented_routes());
}

} // namespace forager
