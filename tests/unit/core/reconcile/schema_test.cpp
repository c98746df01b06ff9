#include "core/reconcile/schema.hpp"

#include "io/formats/json.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::reconcile;

namespace {

Value parsed(std::string_view json)
{
    const auto value = parse_json(json);
    REQUIRE(value);
    return *value;
}

Object object(std::string_view json)
{
    const Value value = parsed(json);
    REQUIRE(value.get<Object>() != nullptr);
    return *value.get<Object>();
}

const std::string site = R"({"type": "object", "required": ["image"], "additionalProperties": false, "properties": {
    "image": {"type": "string"},
    "runtime": {"type": "string", "enum": ["docker", "kubernetes", "local"], "default": "docker"},
    "replicas": {"type": "integer", "minimum": 0, "maximum": 10, "default": 1},
    "weight": {"type": "number"},
    "open": {"type": "boolean"},
    "hosts": {"type": "array", "items": {"type": "string"}},
    "env": {"type": "object"},
    "tls": {"type": "object", "required": ["key"], "properties": {
        "key": {"type": "string"}, "days": {"type": "integer", "default": 30}}},
    "routes": {"type": "array", "items": {"type": "object", "properties": {"path": {"type": "string"}}}}}})";

std::string refusal(std::string_view value)
{
    const auto result = checked(object(site), parsed(value), "spec");
    REQUIRE_FALSE(result);
    const Failure failure = result.error();
    CHECK(failure.code == Errc::bad_arguments);
    CHECK(failure.message.starts_with(part<std::string>(failure.details, "field") + ": "));
    return failure.message;
}

std::string schema_refusal(std::string_view schema)
{
    const auto result = check_schema(object(schema));
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Errc::bad_arguments);
    CHECK(result.error().message.starts_with(part<std::string>(result.error().details, "field") + ": "));
    return result.error().message;
}

} // namespace

TEST_CASE("missing members get their defaults, at every depth")
{
    const auto value =
        checked(object(site), parsed(R"({"image": "a", "tls": {"key": "k"}, "replicas": null})"), "spec");
    REQUIRE(value);
    CHECK(to_json(*value) == R"({"image":"a","tls":{"key":"k","days":30},"replicas":1,"runtime":"docker"})");
}

TEST_CASE("a whole number may be written with a fraction of nothing, and an empty table may be either kind")
{
    const auto value =
        checked(object(site), parsed(R"({"image": "a", "replicas": 3.0, "hosts": {}, "env": []})"), "spec");
    REQUIRE(value);
    CHECK(to_json(*value) == R"({"image":"a","replicas":3,"hosts":[],"env":{},"runtime":"docker"})");
}

TEST_CASE("each mistake is named with its place")
{
    struct Row {
        std::string_view value;
        std::string_view message;
    };
    const Row rows[] = {
        {R"([1])", "spec: must be an object, not a list"},
        {R"({})", "spec.image: is missing"},
        {R"({"image": null})", "spec.image: is missing"},
        {R"({"image": 1})", "spec.image: must be text, not 1"},
        {R"({"image": "a", "imgae": 1})", "spec.imgae: is not known here: did you mean 'image'?"},
        {R"({"image": "a", "runtime": "dokcer"})",
         "spec.runtime: must be one of docker, kubernetes and local, not 'dokcer' (did you mean 'docker'?)"},
        {R"({"image": "a", "runtime": "lxd-cluster"})",
         "spec.runtime: must be one of docker, kubernetes and local, not 'lxd-cluster'"},
        {R"({"image": "a", "replicas": -1})", "spec.replicas: must be at least 0, not -1"},
        {R"({"image": "a", "replicas": 11})", "spec.replicas: must be at most 10, not 11"},
        {R"({"image": "a", "replicas": 1.5})", "spec.replicas: must be a whole number, not 1.5"},
        {R"({"image": "a", "weight": "1"})", "spec.weight: must be a number, not text"},
        {R"({"image": "a", "open": 1})", "spec.open: must be true or false, not 1"},
        {R"({"image": "a", "hosts": ["a", 2]})", "spec.hosts[1]: must be text, not 2"},
        {R"({"image": "a", "hosts": {"a": 1}})", "spec.hosts: must be a list, not an object"},
        {R"({"image": "a", "tls": {}})", "spec.tls.key: is missing"},
        {R"({"image": "a", "routes": [{}, {"path": false}]})", "spec.routes[1].path: must be text, not true or false"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.value);
        CHECK(refusal(row.value) == row.message);
    }
}

TEST_CASE("what a schema does not know of it does not forbid")
{
    CHECK(checked({}, parsed(R"({"a": [1]})"), "spec"));
    CHECK(checked(object(R"({"type": "object", "pattern": 3, "properties": {"a": {"format": "x"}}})"),
                  parsed(R"({"a": 1, "b": 2})"), "spec"));
    CHECK(checked(object(R"({"enum": [1, 2.5, "x"]})"), parsed("1.0"), "spec"));
}

TEST_CASE("a schema that makes no sense is refused with the place in it")
{
    CHECK(check_schema(object(site)));
    CHECK(check_schema({}));
    CHECK(schema_refusal(R"({"type": "strnig"})") == "schema.type: there is no type 'strnig': did you mean 'string'?");
    CHECK(schema_refusal(R"({"properties": {"a": {"type": 5}}})") ==
          "schema.properties.a.type: must be text, not a number");
    CHECK(schema_refusal(R"({"properties": {"a": 5}})") == "schema.properties.a: must be an object, not a number");
    CHECK(schema_refusal(R"({"properties": [1]})") == "schema.properties: must be an object, not a list");
    CHECK(schema_refusal(R"({"required": "a"})") == "schema.required: must be a list, not text");
    CHECK(schema_refusal(R"({"required": [1]})") == "schema.required[0]: must be the name of a member, not a number");
    CHECK(schema_refusal(R"({"items": {"type": "what"}})").starts_with("schema.items.type: there is no type 'what'"));
    CHECK(schema_refusal(R"({"enum": []})") == "schema.enum: must not be empty: nothing could be given");
    CHECK(schema_refusal(R"({"minimum": "1"})") == "schema.minimum: must be a number, not text");
    CHECK(schema_refusal(R"({"minimum": 2, "maximum": 1})") == "schema.maximum: must not be below the minimum");
    CHECK(schema_refusal(R"({"additionalProperties": 1})").starts_with("schema.additionalProperties: must be true"));
    CHECK(schema_refusal(R"({"properties": {"n": {"type": "integer", "default": "x"}}})") ==
          "schema.properties.n.default: must be a whole number, not text");
}

TEST_CASE("a schema without an end is no endless work")
{
    Object schema{{"type", "object"}};
    for (int i = 0; i < 150; ++i)
        schema = Object{{"type", "array"}, {"items", std::move(schema)}};
    CHECK(check_schema(schema).error().message.find("nested too deeply") != std::string::npos);
    Value value{Array{}};
    for (int i = 0; i < 150; ++i) {
        Array outer;
        outer.push_back(std::move(value));
        value = std::move(outer);
    }
    CHECK_FALSE(checked(schema, std::move(value), "spec"));
}
