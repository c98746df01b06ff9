#include "io/formats/yaml.hpp"

#include "io/formats/json.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace forager;

namespace {

std::string complaint(std::string_view text)
{
    const auto value = parse_yaml(text);
    INFO(text);
    REQUIRE_FALSE(value.has_value());
    CHECK(value.error().code == Errc::bad_arguments);
    return value.error().message;
}

std::string as_json(std::string_view text)
{
    const auto value = parse_yaml(text);
    INFO(text);
    REQUIRE_MESSAGE(value.has_value(), value.error().message);
    return to_json(*value);
}

void comes_back(const Value& value)
{
    const std::string text = to_yaml(value);
    const auto again = parse_yaml(text);
    INFO(text);
    REQUIRE_MESSAGE(again.has_value(), again.error().message);
    CHECK(to_json(*again) == to_json(value));
    CHECK(*again == value);
}

} // namespace

TEST_CASE("plain words in YAML have the type that YAML 1.2 gives them")
{
    CHECK(as_json("[~, null, true, False, yes, no, on, 12, -7, +3, 0x1F, 0o17, 007]") ==
          R"([null,null,true,false,"yes","no","on",12,-7,3,31,15,7])");
    CHECK(as_json("[1.0, 1e3, .5, 5., -1.5e-3, 1_000, 1.2.3, 12:30:00, 2024-01-01, 0x, -]") ==
          R"([1.0,1000.0,0.5,5.0,-0.0015,"1_000","1.2.3","12:30:00","2024-01-01","0x","-"])");
    CHECK(as_json("[\"1\", 'true', !!str 5, !!int 5, \"null\", '']") == R"(["1","true","5",5,"null",""])");
    CHECK(parse_yaml("-.inf")->get<double>() != nullptr);
    CHECK(std::isnan(*parse_yaml(".nan")->get<double>()));
    CHECK(as_json("9223372036854775808") == "9223372036854775808.0");
    CHECK(as_json("") == "null");
    CHECK(as_json("# only a comment\n") == "null");
}

TEST_CASE("tables and lists of YAML keep their order, and their names are text")
{
    CHECK(as_json("z: 1\na:\n  - x\n  - {k: v}\n1: one\ntrue: yes\n~: nothing\n") ==
          R"({"z":1,"a":["x",{"k":"v"}],"1":"one","true":"yes","null":"nothing"})");
    CHECK(as_json("text: |\n  a\n  b\nfolded: >-\n  c\n  d\n") == R"({"text":"a\nb\n","folded":"c d"})");
}

TEST_CASE("aliases and merge keys of YAML are filled in")
{
    CHECK(as_json("a: &x {k: 1, m: 2}\nb: *x\nc:\n  <<: *x\n  k: 3\nd:\n  <<: [{q: 1}, *x]\n  '<<': kept\n") ==
          R"({"a":{"k":1,"m":2},"b":{"k":1,"m":2},"c":{"k":3,"m":2},"d":{"<<":"kept","q":1,"k":1,"m":2}})");
    CHECK(complaint("a: &a [*a]").find("an alias stands inside of what it repeats") != std::string::npos);
    CHECK(complaint("<<: 1").find("only tables can be merged") != std::string::npos);
    CHECK(complaint("a: *nowhere").starts_with("this is not YAML: line 1"));
}

TEST_CASE("a few aliases cannot ask for billions of values")
{
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i) {
        const std::string alias = "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + alias;
        for (int k = 0; k < 8; ++k)
            text += ", " + alias;
        text += "]\n";
    }
    CHECK(complaint(text).find("more than 1,000,000 values") != std::string::npos);
    std::string long_text = "a: &a \"" + std::string(1'000'000, 'x') + "\"\nb: [*a";
    for (int i = 0; i < 100; ++i)
        long_text += ", *a";
    CHECK(complaint(long_text + "]").find("more than 64 MB") != std::string::npos);
}

TEST_CASE("YAML is nested two hundred levels deep at most, aliases included")
{
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    CHECK(as_json(nested(200)) == nested(200));
    CHECK(complaint(nested(201)).find("nested deeper than 200 levels") != std::string::npos);
    complaint(std::string(100'000, '['));
    CHECK(complaint("a: &a " + nested(150) + "\nb: &b " + std::string(60, '[') + "*a" + std::string(60, ']'))
              .find("nested deeper than 200 levels") != std::string::npos);
}

TEST_CASE("broken YAML is refused with its place")
{
    CHECK(complaint("a: 1\nb: 2\na: 3\n") ==
          "this is not YAML: line 3, column 4: the name 'a' stands twice in one table.");
    CHECK(complaint("a: [1, 2\nb: 3").starts_with("this is not YAML: line 2, column "));
    for (const char* text : {"\"a\", b", "'a' 'b'", "[1] ]", "{}\n}", "a: 1\n]", "[1]\nb: 2"})
        CHECK(complaint(text).starts_with("this is not YAML: line "));
    CHECK(complaint("a: b: c").starts_with("this is not YAML: line 1, column "));
    CHECK(complaint("a: \"x\x04y\"").starts_with("this is not YAML: line 1, column 6: a control character"));
    CHECK(complaint("é: \xff") == "this is not YAML: line 1, column 4: these bytes are not UTF-8.");
    CHECK(complaint("a: !!binary '*'").find("this is not base64") != std::string::npos);
}

TEST_CASE("several documents are read one by one, and refused where one is expected")
{
    const auto values = parse_all_yaml("\xEF\xBB\xBF---\na: 1\n---\n- 2\n...\n---\n");
    REQUIRE(values.has_value());
    CHECK(to_json(Array{*values}) == R"([{"a":1},[2],null])");
    CHECK(parse_all_yaml("")->empty());
    CHECK(as_json("a\n...\n") == "\"a\"");
    CHECK(as_json("%YAML 1.2\n---\na\n") == "\"a\"");
    CHECK(parse_all_yaml("a\n...\nb\n")->size() == 2);
    CHECK(parse_all_yaml("a\n...\n# c\n%YAML 1.2\n---\nb\n")->size() == 2);
    CHECK(complaint("a\n---\nb\n") == "the YAML text holds 2 documents where one is expected; ask for all of them.");
}

TEST_CASE("YAML comes back as it was written")
{
    for (const char* text : {"",
                             " ",
                             "a",
                             "a b",
                             "yes",
                             "No",
                             "null",
                             "~",
                             "true",
                             "1",
                             "1.0",
                             "0x1F",
                             "1e3",
                             ".inf",
                             "-",
                             "- a",
                             "a: b",
                             "a:",
                             ":a",
                             "#a",
                             "a #b",
                             "[a]",
                             "{a}",
                             "*a",
                             "&a",
                             "!a",
                             "|",
                             ">",
                             "%a",
                             "@a",
                             "`a",
                             "'a'",
                             "\"a\"",
                             "a\\n",
                             "a\nb",
                             "a\nb\n",
                             "a\n\n\nb\n\n",
                             "\na",
                             " a\nb",
                             "a \nb",
                             "a\n  b\n c",
                             "a\n ",
                             "a\tb",
                             "\ta\nb",
                             "a\r\nb",
                             "---",
                             "--- a\n...\nb",
                             "grün 🐜",
                             "\xC2\x85",
                             "a\xE2\x80\xA8z",
                             "\xEF\xBB\xBFx",
                             "\x7f",
                             "\x01\x04\x1b",
                             "<<",
                             "=",
                             "http://x.y/z?q=1#f",
                             "12:30",
                             "2024-01-01",
                             "a,b",
                             "a (b)",
                             "?",
                             "? a",
                             "#!/bin/sh\necho hi\n",
                             "key: |\n  x\n",
                             "a\xff"}) {
        comes_back(text);
        comes_back(Object{{text, text}});
        comes_back(Array{text, Array{text, Object{{text, Array{text}}}}});
    }
    comes_back(std::string{"a\0b", 3});
    comes_back(Object{{std::string(2000, 'k'), Array{1, Object{{"a", 1}, {"b", Array{}}}}}, {"next", 1}});
    comes_back(Array{nullptr, true, -5, 1.5, 1.0, 1e300, Array{}, Object{}, Array{Array{Array{1, 2}, 3}}});
    comes_back(Object{{"a", Object{{"b", Object{{"c", Object{}}}}, {"d", Array{Object{{"e", 1}, {"f", 2}}}}}}});
    comes_back(Array{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()});
    CHECK(to_yaml(std::numeric_limits<double>::quiet_NaN()) == ".nan\n");
}

TEST_CASE("YAML is written as people write it")
{
    const Value value = Object{{"name", "web"},
                               {"tag", "1.5"},
                               {"args", Array{"-c", "run all", Object{{"a", 1}, {"b", Array{2}}}}},
                               {"script", "one\ntwo\n"},
                               {"none", Array{}}};
    CHECK(to_yaml(value) == "name: web\ntag: \"1.5\"\nargs:\n  - \"-c\"\n  - run all\n  - a: 1\n    b:\n      - 2\n"
                            "script: |\n  one\n  two\nnone: []\n");
}
