#include "scripting/vm/error_note.hpp"

#include "scripting/lua_failure.hpp"

namespace forager::scripting {

namespace {

const char noted_key = 0; // its address names the error in the registry

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
    if (failure.traceback.empty())
        failure.traceback = traceback_;
}

} // namespace forager::scripting
