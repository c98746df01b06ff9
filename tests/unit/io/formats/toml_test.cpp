#include "io/formats/toml.hpp"

#include "io/formats/json.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace forager;

namespace {

std::string complaint(std::string_view text)
{
    const auto value = parse_toml(text);
    INFO(text);
    REQUIRE_FALSE(value.has_value());
    return value.error().message;
}

std::string as_json(std::string_view text)
{
    const auto value = parse_toml(text);
    INFO(text);
    REQUIRE_MESSAGE(value.has_value(), value.error().message);
    return to_json(*value);
}

void comes_back(const Value& value)
{
    const auto text = to_toml(value);
    REQUIRE(text.has_value());
    INFO(*text);
    const auto again = parse_toml(*text);
    REQUIRE_MESSAGE(again.has_value(), again.error().message);
    CHECK(to_json(*again) == to_json(value));
}

} // namespace

TEST_CASE("TOML is read in the order of its text, with its types")
{
    CHECK(as_json("z = 1\na = [1.0, 'x', true]\n[s]\nb = \"é\"\n[r]\nq.w = 0x10\n[s.t]\nx = {}\n[[l]]\nn=1\n[[l]]\n") ==
          R"({"z":1,"a":[1.0,"x",true],"s":{"b":"é","t":{"x":{}}},"r":{"q":{"w":16}},"l":[{"n":1},{}]})");
    CHECK(as_json("") == "{}");
    CHECK(as_json("\xEF\xBB\xBF"
                  "a = 1") == R"({"a":1})");
    CHECK(std::isinf(*parse_toml("a = -inf")->get<Object>()->find("a")->get<double>()));
}

TEST_CASE("dates and times of TOML become text")
{
    CHECK(as_json("a = 2024-02-29T07:08:09.120Z\nb = 2024-02-29 07:08:09-05:30\nc = 2024-02-29\nd = 07:08:09.5\n"
                  "e = 1979-05-27T00:32:00+00:00\nf = 1979-05-27T00:32:00") ==
          R"({"a":"2024-02-29T07:08:09.12Z","b":"2024-02-29T07:08:09-05:30","c":"2024-02-29","d":"07:08:09.5",)"
          R"("e":"1979-05-27T00:32:00Z","f":"1979-05-27T00:32:00"})");
}

TEST_CASE("the place of each key of TOML is known")
{
    const auto document = parse_toml_document("a = 1\n\n[s3]\n  \"b c\" = 2 # é\n  é = 1\n[[l]]\nx = [1,\n 2]\n");
    REQUIRE_FALSE(document.has_value()); // a bare é is no TOML
    CHECK(document.error().message.starts_with("this is not TOML: line 5, column 3: "));
    const auto good = parse_toml_document("a = 1\n\n[s3]\n  \"b c\" = 2 # é\n  'é' = { k = 1 }\n[[l]]\nx = [1,\n 2]\n");
    REQUIRE(good.has_value());
    CHECK(good->place_of("a") == Place{1, 1});
    CHECK(good->place_of("s3") == Place{3, 2});
    CHECK(good->place_of(R"(s3["b c"])") == Place{4, 3});
    CHECK(good->place_of(R"(s3["é"].k)") == Place{5, 11});
    CHECK(good->place_of("l[1].x[2]") == Place{8, 2});
    CHECK_FALSE(good->place_of("b").has_value());
}

TEST_CASE("a dotted key nests as deep as is good for the stack")
{
    const auto dotted = [](std::size_t dots) {
        std::string key = "a";
        for (std::size_t i = 0; i < dots; ++i)
            key += i % 3 == 0 ? " . a" : i % 3 == 1 ? ".\"x.y\"" : ".'z.z'";
        return key;
    };
    CHECK(parse_toml(dotted(200) + " = [{ a.b = 1.5 }, 1.5, 2.5]\nb" + dotted(200) + " = 1").error().message ==
          "this is not TOML: line 1, column 1075: this key has more than 200 dots.");
    CHECK(parse_toml(dotted(199) + " = [{ a.b = 15 }, 1.5, 2.5]\nb" + dotted(200) + " = 1").has_value());
    CHECK(complaint("x = 1\n" + dotted(201) + " = 1").ends_with("this key has more than 200 dots."));
    std::string around = "1";
    for (int i = 0; i < 3; ++i)
        around = "{ y = 1, " + dotted(99) + " = " + around + "}";
    CHECK(complaint("x = " + around).ends_with("this key has more than 200 dots."));
}

TEST_CASE("dots that are no part of a key are as many as they like")
{
    const std::string dots(1000, '.');
    std::string numbers = "0.5";
    for (int i = 0; i < 1000; ++i)
        numbers += i % 2 == 0 ? ", 0.5" : ",\n0.5";
    const std::string text = "a = '" + dots + "' # " + dots + "\nb = \"\\\"" + dots + "\"\nc = '''\n'" + dots +
                             "\n'''\nd = \"\"\"\n" + dots + "\"\"\"\ne = [" + numbers + "]\n";
    CHECK(as_json(text).size() > 5000);
}

TEST_CASE("broken TOML is refused with its place")
{
    CHECK(complaint("a = 1\nb = \n").starts_with("this is not TOML: line 2, column "));
    CHECK(complaint("a = 1\na = 2\n").starts_with("this is not TOML: line 2, column "));
    CHECK(complaint("a = '\xff'") == "this is not TOML: line 1, column 6: these bytes are not UTF-8.");
    CHECK(parse_toml(std::string(longest_toml + 1, '\n')).error().code == Errc::limit);
    CHECK(complaint(std::string(longest_toml + 1, '\n')).find("the most that is read is 16 MB") != std::string::npos);
    CHECK(parse_toml("a = " + std::string(5000, '[')).error().code == Errc::bad_arguments);
}

TEST_CASE("characters beyond ASCII are safe anywhere in TOML")
{
    CHECK(as_json("\"ä\" = \"\"\"\\\n   über ʊ\"\"\" # ŋ\n'ö' = 'ü 🐜 漢'\n") == R"({"ä":"über ʊ","ö":"ü 🐜 漢"})");
    for (const char* text : {"a = \u02ca", "\u02ca", "a\u00a0= 1", "a = 1\u02ca", "a = \"\\\u02ca\"", "a = 1\u2028",
                             "[\u02ca]", "a = \"\"\"\\\u02ca\"\"\""})
        CHECK(complaint(text).starts_with("this is not TOML: line 1"));
    CHECK(complaint("a = 1 \u00a0").find("10") == std::string::npos);
    CHECK(complaint("a = '\U00100000'").find("private plane") != std::string::npos);
    CHECK(complaint("a = \"\\U0010FFFF\"").find("private plane") != std::string::npos);
}

TEST_CASE("TOML comes back as it was written")
{
    for (const char* text : {"", "a", "\"q\"", "a\nb\r\t\x01\x7f", "grün 🐜", "\\", "'"}) {
        comes_back(Object{{text, text}, {"in", Object{{text, Array{text, Object{{text, 1}}}}}}});
    }
    comes_back(
        Object{{"a", 1}, {"b", 1.0}, {"c", true}, {"d", Array{}}, {"e", Array{1, 2.5, Array{"x"}}}, {"f", 1e300}});
    comes_back(Object{{"t", Object{{"n", 1}, {"l", Array{Object{{"k", 1}}, Object{}, Object{{"m", Object{}}}}}}}});
}

TEST_CASE("TOML is written with sections after plain members")
{
    const Value value = Object{{"s", Object{{"x", 1}}}, {"a", "b"}, {"l", Array{Object{{"k", Array{1, 2}}}}}};
    CHECK(*to_toml(value) == "a = \"b\"\n\n[s]\nx = 1\n\n[[l]]\nk = [1, 2]\n");
    CHECK(*to_toml(Object{{"b", "\xff"}}) == "b = { \"$base64\" = \"/w==\" }\n");
}

TEST_CASE("what TOML cannot say is refused with its path")
{
    CHECK(to_toml(Array{1}).error().message == "TOML needs a table at the top, and this is a list.");
    CHECK(to_toml(Object{{"a", Object{{"b", Array{1, nullptr}}}}}).error().message ==
          "value.a.b[2] is null, which TOML cannot say; leave it out.");
}
