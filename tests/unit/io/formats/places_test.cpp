#include "io/formats/places.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace forager;

namespace {

constexpr std::string_view json = R"({
	"kind": "A", "spec": {"replicas" : 3, "env": {"a b": 1, "x.y": 2, "quo\"te": 3},
    "volumes": [{"source": "/a"}, [1, {"deep": true}],
      {"source": "/b"}]},
  "twice": {"x": 1},
  "twice": {"y": 2}
})";

constexpr std::string_view yaml = R"(# first
kind: A
---
kind: B
spec:
  replicas: 3
  env: {a b: 1, x.y: 2, 7: seven}
  base: &base
    image: a
  copy: *base
  volumes:
  - source: /a
    target: /b
  -
    source: /c
  ? [odd, name]
  : value
  "quoted": 'text'
---
kind: C
)";

constexpr std::string_view toml = R"(kind = "A"

[spec]
replicas = 3
env = { "a b" = 1 }

[[spec.volumes]]
source = "/a"
[[spec.volumes]]
  source = "/b"
)";

} // namespace

TEST_CASE("members and items of JSON are found in its text")
{
    CHECK(place_in_json(json, "") == Place{1, 1});
    CHECK(place_in_json(json, "kind") == Place{2, 2});
    CHECK(place_in_json(json, "spec") == Place{2, 15});
    CHECK(place_in_json(json, "spec.replicas") == Place{2, 24});
    CHECK(place_in_json(json, R"(spec.env["a b"])") == Place{2, 48});
    CHECK(place_in_json(json, "spec.env.a b") == Place{2, 48});
    CHECK(place_in_json(json, "spec.env.x.y") == Place{2, 58});
    CHECK(place_in_json(json, R"(spec.env["quo\"te"])") == Place{2, 68});
    CHECK(place_in_json(json, "spec.volumes[0].source") == Place{3, 18});
    CHECK(place_in_json(json, "spec.volumes[1][1].deep") == Place{3, 40});
    CHECK(place_in_json(json, "spec.volumes[2].source") == Place{4, 8});
    CHECK(place_in_json(" [ 1, {\"a\": 2}]", "[1].a") == Place{1, 8});
}

TEST_CASE("of a name that stands twice in JSON the last one counts, as it does for its value")
{
    CHECK(place_in_json(json, "twice") == Place{6, 3});
    CHECK(place_in_json(json, "twice.y") == Place{6, 13});
    CHECK(place_in_json(json, "twice.x") == Place{6, 3});
}

TEST_CASE("what does not stand there has the place of what is around it")
{
    CHECK(place_in_json(json, "spec.volumes[0].target") == Place{3, 17});
    CHECK(place_in_json(json, "spec.volumes[8]") == Place{3, 5});
    CHECK(place_in_json(json, "spec.replica") == Place{2, 15});
    CHECK(place_in_json(json, "nothing.at.all") == Place{1, 1});
    CHECK(place_in_yaml(yaml, 1, "spec.volumes[0].mode") == Place{12, 5});
    CHECK(place_in_yaml(yaml, 1, "spec.nothing") == Place{5, 1});
    CHECK(place_in_yaml(yaml, 1, "nothing") == Place{4, 1});
    CHECK(place_in_toml(toml, "spec.volumes[1].target") == place_in_toml(toml, "spec.volumes[1]"));
    CHECK(place_in_toml(toml, "spec.volumes[1]").line >= 9);
    CHECK(place_in_toml(toml, "nothing") == Place{1, 1});
}

TEST_CASE("members and items of YAML are found in the document that is meant")
{
    CHECK(place_in_yaml(yaml, 0, "kind") == Place{2, 1});
    CHECK(place_in_yaml(yaml, 1, "kind") == Place{4, 1});
    CHECK(place_in_yaml(yaml, 2, "kind") == Place{20, 1});
    CHECK(place_in_yaml(yaml, 1, "spec.replicas") == Place{6, 3});
    CHECK(place_in_yaml(yaml, 1, R"(spec.env["a b"])") == Place{7, 9});
    CHECK(place_in_yaml(yaml, 1, "spec.env.x.y") == Place{7, 17});
    CHECK(place_in_yaml(yaml, 1, "spec.env.7") == Place{7, 25});
    CHECK(place_in_yaml(yaml, 1, "spec.volumes[0].target") == Place{13, 5});
    CHECK(place_in_yaml(yaml, 1, "spec.volumes[1].source") == Place{15, 5});
    CHECK(place_in_yaml(yaml, 1, "spec.quoted") == Place{18, 3});
    CHECK(place_in_yaml(yaml, 9, "kind") == Place{1, 1});
}

TEST_CASE("what an alias of YAML repeats has the alias's place")
{
    CHECK(place_in_yaml(yaml, 1, "spec.base.image") == Place{9, 5});
    CHECK(place_in_yaml(yaml, 1, "spec.copy.image") == Place{10, 3});
}

TEST_CASE("members and items of TOML are found in its text")
{
    CHECK(place_in_toml(toml, "kind") == Place{1, 1});
    CHECK(place_in_toml(toml, "spec.replicas") == Place{4, 1});
    CHECK(place_in_toml(toml, R"(spec.env["a b"])") == Place{5, 9});
    CHECK(place_in_toml(toml, "spec.volumes[1].source") == Place{10, 3});
}

TEST_CASE("a text that cannot be read has no place in it, and whoever reads it hears where it is wrong")
{
    CHECK(place_in_toml("= 1", "a") == Place{1, 1});
    CHECK(read_json("{\"a\":\n }").error().place == Place{2, 2});
    CHECK(read_json(" ").error().place == Place{});
    const auto twice = read_json("{\"a\": {\"b\": 1,\n  \"c\": 2, \"b\": 3}}").error();
    CHECK(twice.place.line == 2);
    CHECK(twice.place.column == 11);
    CHECK(twice.why == "the name 'b' stands twice in one table.");
    CHECK(read_json("{\"a\": {\"b\": 1}, \"b\": 1}").has_value());
    CHECK(read_all_yaml("a: 1\nb: [\n").error().place.line > 1);
    CHECK(*read_json("[1]") == Value{Array{Value{1}}});
    CHECK(read_all_yaml("a: 1\n---\nb: 2\n")->size() == 2);
}
