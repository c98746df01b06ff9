#include "store/sealed.hpp"

#include "io/formats/json.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>

using namespace forager;
using namespace forager::store;

namespace {

using Limits = std::numeric_limits<double>;

// Equal to the bit: -0.0 is not 0.0 here, and a NaN is a NaN.
bool same(const Value& a, const Value& b);

bool same(const Object& a, const Object& b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Member& left, const Member& right) {
        return left.name == right.name && same(left.value, right.value);
    });
}

bool same(const Value& a, const Value& b)
{
    if (const auto* number = a.get<double>()) {
        const auto* other = b.get<double>();
        return other != nullptr &&
               (std::isnan(*number) ? std::isnan(*other)
                                    : std::bit_cast<std::uint64_t>(*number) == std::bit_cast<std::uint64_t>(*other));
    }
    if (const auto* list = a.get<Array>())
        return b.get<Array>() != nullptr &&
               std::equal(list->begin(), list->end(), b.get<Array>()->begin(), b.get<Array>()->end(),
                          [](const Value& left, const Value& right) { return same(left, right); });
    if (const auto* object = a.get<Object>())
        return b.get<Object>() != nullptr && same(*object, *b.get<Object>());
    return a == b;
}

void check_round_trip(const Value& value)
{
    const std::string text = seal(value);
    CAPTURE(text);
    const auto back = unseal(text);
    REQUIRE(back);
    CHECK(same(*back, value));
    CHECK(seal(*back) == text);
}

// Values out of everything that is hard to write down.
class Strange {
public:
    explicit Strange(std::uint64_t seed) : random_{seed} {}

    Value value(int depth)
    {
        switch (pick(depth > 0 ? 7 : 5)) {
        case 0: return nullptr;
        case 1: return pick(2) == 0;
        case 2: return whole();
        case 3: return real();
        case 4: return text();
        case 5: return list(depth - 1);
        default: return table(depth - 1);
        }
    }

private:
    std::size_t pick(std::size_t count) { return random_() % count; }

    Value whole()
    {
        constexpr std::int64_t edges[] = {0, -1, std::numeric_limits<std::int64_t>::min(),
                                          std::numeric_limits<std::int64_t>::max(), std::int64_t{1} << 53};
        return pick(2) == 0 ? edges[pick(std::size(edges))] : static_cast<std::int64_t>(random_());
    }

    Value real()
    {
        constexpr double edges[] = {0.0,
                                    -0.0,
                                    1.0,
                                    -1.0,
                                    1e300,
                                    0.1,
                                    Limits::max(),
                                    Limits::min(),
                                    Limits::denorm_min(),
                                    Limits::infinity(),
                                    -Limits::infinity(),
                                    Limits::quiet_NaN(),
                                    9007199254740993.0,
                                    1e18,
                                    1e21};
        return pick(2) == 0 ? edges[pick(std::size(edges))] : std::bit_cast<double>(random_());
    }

    std::string text()
    {
        const std::string edges[] = {"",
                                     "$bytes",
                                     "$number",
                                     "$members",
                                     "$literal",
                                     "$base64:",
                                     "$",
                                     "plain",
                                     "\xff\xfe",
                                     "\xc3",
                                     "\xed\xa0\x80",
                                     "ö\u2028",
                                     "\"\\\n",
                                     "nan",
                                     "\xef\xbb\xbf",
                                     std::string("a\0b", 3),
                                     std::string(1, '\0'),
                                     "\x7f\x1b[31m"};
        if (pick(3) != 0)
            return edges[pick(std::size(edges))];
        std::string bytes(pick(12), ' ');
        for (char& byte : bytes)
            byte = static_cast<char>(random_());
        return bytes;
    }

    Value list(int depth)
    {
        Array items(pick(4));
        for (Value& item : items)
            item = value(depth);
        return items;
    }

    Value table(int depth)
    {
        Object members;
        for (std::size_t left = pick(4); left > 0; --left)
            members.set(text(), value(depth));
        return members;
    }

    std::mt19937_64 random_;
};

Value nested(std::size_t depth, const std::string& name)
{
    Value value = 1;
    for (std::size_t level = 0; level < depth; ++level)
        value = name.empty() ? Value{Array{std::move(value)}} : Value{Object{{name, std::move(value)}}};
    return value;
}

} // namespace

TEST_CASE("every value comes back as it was, whatever is in it")
{
    for (std::uint64_t seed = 1; seed <= 5000; ++seed) {
        CAPTURE(seed);
        check_round_trip(Strange{seed}.value(5));
    }
}

TEST_CASE("values that look like the marks of the sealed form come back as they were")
{
    for (const char* name : {"$bytes", "$number", "$members", "$literal", "$base64", "$"}) {
        check_round_trip(Object{{name, "aGk="}});
        check_round_trip(Object{{name, Object{{name, Array{}}}}});
        check_round_trip(Object{{name, 1}, {"other", 2}});
    }
}

TEST_CASE("nesting comes back to the depth that scripts may use, also where the sealed form nests deeper")
{
    for (const char* name : {"", "a", "$literal", "\xff"})
        check_round_trip(nested(deepest_nesting, name));
}

TEST_CASE("the sealed form is JSON that people can read")
{
    CHECK(seal(Value{Object{{"name", "ö"}, {"list", Array{1, 1.0, nullptr, true}}}}) ==
          R"({"name":"ö","list":[1,1.0,null,true]})");
    CHECK(seal(Value{"\xff"}) == R"({"$bytes":"/w=="})");
    CHECK(seal(Value{-Limits::infinity()}) == R"({"$number":"-inf"})");
}

TEST_CASE("text that was not sealed is refused")
{
    for (const char* text : {"", "{", "nothing", "[1,]", R"({"$other":1})", R"({"$number":"abc"})", R"({"$number":1})",
                             R"({"$number":""})", R"({"$bytes":"?"})", R"({"$bytes":1})", R"({"$literal":1})",
                             R"({"$members":{}})", R"({"$members":[1]})", R"({"$members":[["a"]]})",
                             R"({"$members":[[1,2]]})", R"([[{"$members":[["a",{"$bytes":0}]]}]])", "\"\xff\""}) {
        CAPTURE(text);
        const auto value = unseal(text);
        REQUIRE_FALSE(value);
        CHECK(value.error().message == "the state file holds data that this agent cannot read");
    }
}

TEST_CASE("outputs come back as they were")
{
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        Strange strange{seed};
        const Outputs outputs{strange.value(3), strange.value(3)};
        const auto back = unseal_outcome(seal(Outcome{outputs}));
        REQUIRE(back);
        REQUIRE(*back);
        CHECK(same(Value{**back}, Value{outputs}));
    }
    CHECK(unseal_outcome(seal(Outcome{Outputs{}})).value().value().empty());
}

TEST_CASE("a failure comes back with all that belongs to it")
{
    for (const Errc code : {Errc::exit, Errc::timed_out, Errc::cancelled, Errc::limit, Errc::script}) {
        Failure failure{code, "it broke: \xff"};
        failure.where = "a.lua:3";
        failure.traceback = "stack";
        failure.retry = !failure.retry;
        failure.declaration = code == Errc::script;
        failure.details = {{"code", "own"}, {"exit_code", 3}, {"$bytes", Limits::quiet_NaN()}};
        const auto back = unseal_outcome(seal(Outcome{failure}));
        REQUIRE(back);
        REQUIRE_FALSE(*back);
        const Failure& again = back->error();
        CHECK(again.code == failure.code);
        CHECK(again.message == failure.message);
        CHECK(again.where == failure.where);
        CHECK(again.traceback == failure.traceback);
        CHECK(again.retry == failure.retry);
        CHECK(again.declaration == failure.declaration);
        CHECK(same(again.details, failure.details));
    }
}

TEST_CASE("text that is no outcome is told apart from one")
{
    for (const char* text : {"", "1", "[]", "{}", R"({"ok":1})", R"({"error":"x"})", R"({"other":[]})"})
        CHECK_FALSE(unseal_outcome(text));
}
