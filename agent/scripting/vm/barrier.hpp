// Why a call cannot wait: Lua code that a C function runs cannot be suspended.
#pragma once

#include <lua.hpp>

#include <string>

namespace forager::scripting {

/// The innermost C function that has called Lua code, by the name that scripts know: "table.sort".
std::string barrier_of(lua_State* L);

} // namespace forager::scripting
