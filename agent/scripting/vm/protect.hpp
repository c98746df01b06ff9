// Work that may raise Lua errors, done where C++ objects are alive.
#pragma once

#include <lua.hpp>

namespace forager::scripting {

/// Runs `work`, which may raise Lua errors and must not hold C++ objects of its own, and gives the status. An error is
/// on the stack then.
template <class Work> int protect(lua_State* L, Work& work)
{
    lua_pushcfunction(L, [](lua_State* inner) {
        (*static_cast<Work*>(lua_touserdata(inner, 1)))(inner);
        return 0;
    });
    lua_pushlightuserdata(L, &work);
    return lua_pcall(L, 1, 0, 0);
}

} // namespace forager::scripting
