// What a script finds around it: the libraries that it may use, and nothing that reaches outside. One for each state.
#pragma once

#include <lua.hpp>

namespace forager::scripting {

/// Fills the state's globals. Reading a global that does not exist raises an error that names it.
void open_sandbox(lua_State* L);

// Its parts.
void open_protected_calls(lua_State* L);
void open_coroutines(lua_State* L);

} // namespace forager::scripting
