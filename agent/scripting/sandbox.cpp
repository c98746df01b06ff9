#include "scripting/sandbox.hpp"

#include "base/secrets.hpp"
#include "base/text.hpp"
#include "scripting/explaining/familiar.hpp"
#include "scripting/lua_value.hpp"
#include "scripting/script.hpp"

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

namespace forager::scripting {

namespace {

// The names in the table at `index`.
std::vector<std::string> names_in(lua_State* L, int index)
{
    std::vector<std::string> names;
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1))
        if (lua_type(L, -2) == LUA_TSTRING)
            names.emplace_back(text_at(L, -2));
    return names;
}

// What may have been meant instead of a name that the table at 1 does not have.
std::string instead(lua_State* L, std::string_view table, std::string_view name, std::string otherwise)
{
    if (std::string hint = familiar(table, name); !hint.empty())
        return hint;
    const auto near = nearest(name, names_in(L, 1));
    return near ? " (did you mean '" + *near + "'?)" : otherwise;
}

// Raises that the table at 1 has no such name as the one at 2.
int raise_missing(lua_State* L, std::string_view table, const char* begin, const char* otherwise)
{
    luaL_where(L, 1);
    luaL_tolstring(L, 2, nullptr);
    { // no object may be alive where Lua raises
        const std::string name{text_at(L, -1)};
        Script::of(L).kept_answer = {Value{begin + name + "'" + instead(L, table, name, otherwise)}};
    }
    lua_pop(L, 1);
    push_value(L, Script::of(L).kept_answer.front());
    lua_concat(L, 2);
    return lua_error(L);
}

int undefined_global(lua_State* L)
{
    return raise_missing(L, "", "undefined global '", " (a typo, or a missing 'local' or 'require')");
}

int missing_in_os(lua_State* L)
{
    return raise_missing(L, "os", "os has no '", "");
}

// load(chunk, name, mode, env) for text only.
int load_text(lua_State* L)
{
    const bool own_environment = !lua_isnone(L, 4);
    lua_settop(L, own_environment ? 4 : 3);
    lua_pushliteral(L, "t");
    lua_replace(L, 3);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

int getenv_unless_secret(lua_State* L)
{
    const char* name = luaL_checkstring(L, 1);
    Script::of(L).used_stub = true; // where a script is checked is not where it runs
    const char* value = is_agent_secret(name) ? nullptr : std::getenv(name);
    if (value == nullptr)
        lua_pushnil(L);
    else
        lua_pushstring(L, value);
    return 1;
}

int collectgarbage(lua_State* L)
{
    const char* option = luaL_optstring(L, 1, "collect");
    const std::string_view name{option};
    if (name == "count") {
        lua_pushnumber(L, lua_gc(L, LUA_GCCOUNT) + lua_gc(L, LUA_GCCOUNTB) / 1024.0);
        return 1;
    }
    if (name == "collect" || name == "step") {
        lua_gc(L, LUA_GCCOLLECT);
        lua_pushinteger(L, 0);
        return 1;
    }
    return luaL_error(L, "collectgarbage '%s' is the agent's business: a script has \"collect\" and \"count\"", option);
}

// os.time() and os.date(FORMAT) are about the present, which is the clock's to tell.
lua_Integer present(lua_State* L)
{
    const auto wall = Script::of(L).wall().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(wall).count();
}

int os_time(lua_State* L)
{
    if (lua_isnoneornil(L, 1)) {
        lua_pushinteger(L, present(L));
        return 1;
    }
    lua_settop(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 1, 1);
    return 1;
}

int os_date(lua_State* L)
{
    if (lua_isnoneornil(L, 1)) {
        lua_settop(L, 0);
        lua_pushliteral(L, "%c");
    }
    lua_settop(L, 2);
    if (lua_isnil(L, 2)) {
        lua_pushinteger(L, present(L));
        lua_replace(L, 2);
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 2, 1);
    return 1;
}

// Chance comes from where all of it comes from, so that a seed repeats it; math.randomseed() draws a new one there.
int random_seed(lua_State* L)
{
    if (lua_isnone(L, 1)) {
        Random& random = Script::of(L).world().random;
        lua_pushinteger(L, static_cast<lua_Integer>(random.next()));
        lua_pushinteger(L, static_cast<lua_Integer>(random.next()));
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

void open_library(lua_State* L, const char* name, lua_CFunction open)
{
    luaL_requiref(L, name, open, 1);
    lua_pop(L, 1);
}

void remove_field(lua_State* L, const char* table, const char* field)
{
    lua_getglobal(L, table);
    lua_pushnil(L);
    lua_setfield(L, -2, field);
    lua_pop(L, 1);
}

void remove_global(lua_State* L, const char* name)
{
    lua_pushnil(L);
    lua_setglobal(L, name);
}

void restrict_base(lua_State* L)
{
    for (const char* name : {"dofile", "loadfile"})
        remove_global(L, name);
    lua_pushcfunction(L, collectgarbage);
    lua_setglobal(L, "collectgarbage");
    lua_getglobal(L, "load");
    lua_pushcclosure(L, load_text, 1);
    lua_setglobal(L, "load");
}

// The table on top of the stack has a fixed set of names, and `missing` says so of others.
void fix_names(lua_State* L, lua_CFunction missing)
{
    lua_createtable(L, 0, 2);
    lua_pushcfunction(L, missing);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, "fixed");
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
}

void wrap_field(lua_State* L, const char* name, lua_CFunction function)
{
    lua_getfield(L, -2, name);
    lua_pushcclosure(L, function, 1);
    lua_setfield(L, -2, name);
}

void restrict_os(lua_State* L)
{
    luaL_requiref(L, "os", luaopen_os, 0);
    lua_createtable(L, 0, 4);
    wrap_field(L, "time", os_time);
    wrap_field(L, "date", os_date);
    lua_getfield(L, -2, "clock");
    lua_setfield(L, -2, "clock");
    lua_pushcfunction(L, getenv_unless_secret);
    lua_setfield(L, -2, "getenv");
    fix_names(L, missing_in_os);
    lua_setglobal(L, "os");
    lua_pop(L, 1);
}

void seed_chance(lua_State* L)
{
    lua_getglobal(L, "math");
    lua_getfield(L, -1, "randomseed");
    lua_pushcclosure(L, random_seed, 1);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "randomseed");
    lua_call(L, 0, 0);
    lua_pop(L, 1);
}

void name_undefined_globals(lua_State* L)
{
    lua_pushglobaltable(L);
    fix_names(L, undefined_global);
    lua_pop(L, 1);
}

} // namespace

void open_sandbox(lua_State* L)
{
    open_library(L, LUA_GNAME, luaopen_base);
    open_library(L, LUA_STRLIBNAME, luaopen_string);
    open_library(L, LUA_TABLIBNAME, luaopen_table);
    open_library(L, LUA_MATHLIBNAME, luaopen_math);
    open_library(L, LUA_UTF8LIBNAME, luaopen_utf8);
    restrict_base(L);
    remove_field(L, "string", "dump");
    restrict_os(L);
    seed_chance(L);
    open_protected_calls(L);
    open_coroutines(L);
    name_undefined_globals(L);
    // What luaL_requiref remembered would hand the whole of `os` to whoever reaches the registry.
    lua_pushnil(L);
    lua_setfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
}

} // namespace forager::scripting
