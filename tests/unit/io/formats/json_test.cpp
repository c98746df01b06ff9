#include "io/formats/json.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace forager;

namespace {

std::string complaint(std::string_view text)
{
    const auto value = parse_json(text);
    REQUIRE_FALSE(value.has_value());
    CHECK(value.error().code == Errc::bad_arguments);
    return value.error().message;
}

Value parsed(std::string_view text)
{
    const auto value = parse_json(text);
    INFO(text);
    REQUIRE(value.has_value());
    return *value;
}

std::string again(std::string_view text)
{
    return to_json(parsed(text));
}

} // namespace

TEST_CASE("JSON comes back as it was: kinds, order and empty lists")
{
    for (const char* text :
         {"null", "true", "false", "0", "-7", "1.0", "-0.5", "\"\"", "[]", "{}", "[null,[],{}]",
          R"({"z":1,"a":[1,2.0,"x"],"m":{"b":null,"a":false}})", R"("a\"\\\n\r\t\u0000\u001fé🐜")",
          "9223372036854775807", "-9223372036854775808", "1e300", "5e-324", "1.7976931348623157e308"})
        CHECK(again(text) == text);
}

TEST_CASE("integers and other numbers stay apart in JSON")
{
    CHECK(parsed("3") == Value{3});
    CHECK(parsed("3.0") == Value{3.0});
    CHECK(parsed("3e0") == Value{3.0});
    CHECK(parsed("9223372036854775808") == Value{9223372036854775808.0});
    CHECK(again("123456789012345678901234567890") == "1.2345678901234568e29");
    CHECK(parsed("1e-400") == Value{0.0});
    CHECK(again("0.1") == "0.1");
    CHECK(again("2.2250738585072011e-308") == "2.225073858507201e-308");
    CHECK(again("9007199254740993.0") == "9007199254740992.0");
}

TEST_CASE("escapes in JSON become the characters that they stand for")
{
    CHECK(parsed(R"("\u00e9\ud83d\udc1c\/\b\f")") == Value{"é🐜/\b\f"});
    CHECK(parsed(R"({"a\u0000b":1})") == Value{Object{{std::string{"a\0b", 3}, 1}}});
}

TEST_CASE("of a repeated name in JSON the last value counts at the first one's place")
{
    CHECK(again(R"({"a":1,"b":2,"a":3})") == R"({"a":3,"b":2})");
    std::string many = "{";
    for (int i = 0; i < 40; ++i)
        many += "\"k" + std::to_string(i) + "\":" + std::to_string(i) + ",";
    const Value value = parsed(many + R"("k3":"last","k39":"end"})");
    const auto& members = *value.get<Object>();
    CHECK(members.size() == 40);
    CHECK(members.begin()[3].value == Value{"last"});
    CHECK(members.begin()[39].value == Value{"end"});
}

TEST_CASE("a byte order mark and blanks around JSON are accepted")
{
    CHECK(again("\xEF\xBB\xBF \n[1]\n ") == "[1]");
}

TEST_CASE("broken JSON is refused with its place")
{
    CHECK(complaint("") == "this is not JSON: the text is empty.");
    CHECK(complaint(" \n") == "this is not JSON: the text is empty.");
    CHECK(complaint("{\"a\": 1,\n \"b\": x}") ==
          "this is not JSON: line 2, column 7: 'x' is not expected here, inside a table.");
    CHECK(complaint("[1, 2") == "this is not JSON: line 1, column 6: the text ends inside a list.");
    CHECK(complaint("\"abc") == "this is not JSON: line 1, column 5: the text ends before the value is complete.");
    CHECK(complaint("[1] []") == "this is not JSON: line 1, column 5: '[' comes after the end of the value.");
    CHECK(complaint("\"é\" é") == "this is not JSON: line 1, column 5: 'é' comes after the end of the value.");
    CHECK(complaint("[1e999]").ends_with("this number is too large."));
    CHECK(complaint("\"a\xff\"") == "this is not JSON: line 1, column 3: these bytes are not UTF-8.");
    CHECK(complaint("\"a\nb\"").ends_with("line 1, column 3: a line break is not expected here."));
    CHECK(complaint(R"(["\udc00"])").find("half of a pair") != std::string::npos);
    for (const char* text : {"[1,]", "{\"a\":1,}", "// x\n1", "01", "+1", ".5", "1.", "NaN", "tru", "'a'", "{a:1}",
                             "[1 2]", "\"\\x\"", "-", "1e", "]", "nul", "[\"\\u12\"]"})
        CHECK(complaint(text).starts_with("this is not JSON: line 1, column "));
}

TEST_CASE("JSON is nested two hundred levels deep at most")
{
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    CHECK(again(nested(200)) == nested(200));
    CHECK(complaint(nested(201)).ends_with("nested deeper than 200 levels."));
    CHECK(complaint(std::string(1'000'000, '[')).ends_with("nested deeper than 200 levels."));
}

TEST_CASE("bytes that are not UTF-8 are marked in JSON and nothing is lost")
{
    CHECK(to_json("a\xff") == R"({"$base64":"Yf8="})");
    CHECK(to_json(Object{{"\xff", 1}}) == R"({"$base64:/w==":1})");
}

TEST_CASE("pretty JSON is indented by two spaces")
{
    CHECK(to_pretty_json(parsed(R"({"a":[1,{"b":2}],"c":[],"d":{}})")) ==
          "{\n  \"a\": [\n    1,\n    {\n      \"b\": 2\n    }\n  ],\n  \"c\": [],\n  \"d\": {}\n}");
}

TEST_CASE("what JSON cannot say is refused with its path")
{
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinite = std::numeric_limits<double>::infinity();
    const Value list = Object{{"list", Array{1, nan}}};
    CHECK(encode_json(list, "result").error().message ==
          "result.list[2] is not a number (NaN), which JSON cannot say.");
    CHECK(encode_json(Object{{"a b", -infinite}}).error().message ==
          R"(value["a b"] is an infinite number, which JSON cannot say.)");
    CHECK(to_json(list) == R"({"list":[1,null]})");
    CHECK(*encode_json(Array{1.0, 2}) == "[1.0,2]");
    Value deep;
    for (int i = 0; i < 201; ++i)
        deep = Array{std::move(deep)};
    CHECK(encode_json(deep).error().message.ends_with("nested deeper than 200 levels, which JSON cannot say."));
}

TEST_CASE("what was marked is bytes again, and what only looks like a mark stays")
{
    const Value bytes{Object{{"\xff", Array{"\xfe\n", "text"}}, {"inner", Object{{"a", "\0\xff"}}}}};
    Value back = parsed(to_json(bytes));
    unmark_bytes(back);
    CHECK(back == bytes);
    for (const char* text : {R"({"$base64":"?"})", R"({"$base64":1})", R"({"$base64":"/w==","b":1})",
                             R"({"$base64:aGk=":1})", R"({"$base64:?":1})"}) {
        Value value = parsed(text);
        unmark_bytes(value);
        CHECK(value == parsed(text));
    }
}

TEST_CASE("the first document of several can be read alone")
{
    CHECK(parse_first_json(R"( {"a":1} {"b":2})").value() == Value{Object{{"a", 1}}});
    CHECK(parse_first_json("[1]").value() == Value{Array{1}});
    CHECK(parse_first_json("[1] nonsense").value() == Value{Array{1}});
    CHECK(parse_first_json("[1").has_error());
    CHECK(parse_first_json("nonsense [1]").has_error());
    CHECK(parse_first_json("").has_error());
    CHECK(parse_json("[1] [2]").has_error());
}
