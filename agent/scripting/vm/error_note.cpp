#include "scripting/vm/error_note.hpp"

#include "scripting/lua_failure.hpp"
#include "scripting/lua_value.hpp"

namespace forager::scripting {

namespace {

const char noted_key = 0; // its address names the error in the registry

// By its metatable. Called here and not later, since code of the script's own must run where it can be ended.
std::string own_sentence(lua_State* L, int index)
{
    index = lua_absindex(L, index);
    if (lua_checkstack(L, 4) == 0)
        return {};
    const int top = lua_gettop(L);
    std::string sentence;
    lua_pushliteral(L, "message");
    if (lua_rawget(L, index) == LUA_TNIL && luaL_getmetafield(L, index, "__tostring") != LUA_TNIL) {
        lua_pushvalue(L, index);
        if (lua_pcall(L, 1, 1, 0) == LUA_OK && lua_type(L, -1) == LUA_TSTRING)
            sentence = text_at(L, -1);
    }
    lua_settop(L, top);
    return sentence;
}

} // namespace

void ErrorNote::open(lua_State* L)
{
    lua_pushboolean(L, 0);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &noted_key);
}

void ErrorNote::take(lua_State* L, int index)
{
    const void* error = lua_topointer(L, index);
    if (error == nullptr || error == error_)
        return;
    error_ = error;
    where_ = place_of(L);
    traceback_ = traceback_of(L);
    sentence_ = lua_istable(L, index) ? own_sentence(L, index) : std::string{};
    lua_pushvalue(L, index); // kept alive, so that its address stays its own
    lua_rawsetp(L, LUA_REGISTRYINDEX, &noted_key);
}

void ErrorNote::complete(lua_State* L, int index, Failure& failure) const
{
    if (error_ == nullptr || error_ != lua_topointer(L, index))
        return;
    const bool shortened = failure.where.starts_with("..."); // as Lua shortens the names of files
    if (failure.where.empty() || shortened)
        failure.where = where_;
    if (!sentence_.empty())
        failure.message = sentence_;
    if (failure.traceback.empty())
        failure.traceback = traceback_;
}

} // namespace forager::scripting
