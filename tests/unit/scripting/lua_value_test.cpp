#include "scripting/lua_value.hpp"

#include <doctest/doctest.h>

#include <memory>

using namespace forager;
using namespace forager::scripting;

namespace {

struct State {
    State() : lua{luaL_newstate(), lua_close}
    {
        luaL_openlibs(lua.get());
        open_values(lua.get());
    }

    Result<Value> read(const char* expression)
    {
        lua_settop(lua.get(), 0);
        REQUIRE(luaL_dostring(lua.get(), (std::string{"return "} + expression).c_str()) == LUA_OK);
        return to_value(lua.get(), 1, "value");
    }

    std::unique_ptr<lua_State, void (*)(lua_State*)> lua;
};

} // namespace

TEST_CASE("data crosses the border and comes back as it was")
{
    State state;
    const Value data{Object{{"bytes", std::string{"a\0\xff", 3}},
                            {"empty", Array{}},
                            {"list", Array{Value{1}, Value{1.0}, Value{}, Value{true}}},
                            {"table", Object{}}}};
    push_value(state.lua.get(), data);
    auto back = to_value(state.lua.get(), -1, "value");
    REQUIRE(back.has_value());
    CHECK(*back == data);
}

TEST_CASE("what is not data is refused with its path")
{
    State state;
    CHECK(state.read("{ a = { 1, print } }").error().message == "value.a[2] is a function, which is not data");
    CHECK(state.read("{ 1, nil, 3 }").error().message.starts_with("value is a list with holes"));
    CHECK(state.read("{ 1, x = 2 }").error().message.starts_with("value mixes"));
    CHECK(state.read("{ [true] = 1 }").error().message.find("key") != std::string::npos);
    CHECK(state.read("{ x = { 1, 0/0 } }").error().message == "value.x[2] is not a number (NaN), which is not data");
    CHECK(state.read("-math.huge").error().message == "value is an infinite number, which is not data");
    CHECK(state.read("(function() local t = {} t.t = t return t end)()").error().message == "value.t contains itself");
}

TEST_CASE("where there are words for them, numbers need not be finite")
{
    State state;
    REQUIRE(luaL_dostring(state.lua.get(), "return { math.huge }") == LUA_OK);
    CHECK(to_value(state.lua.get(), -1, "value", Numbers::any).has_value());
}

TEST_CASE("the members of a table are in the order of their names")
{
    State state;
    auto value = state.read("{ b = 1, a = 2, c = 3 }");
    REQUIRE(value.has_value());
    CHECK(*value == Value{Object{{"a", 2}, {"b", 1}, {"c", 3}}});
}
