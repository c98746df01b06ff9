// Failures across the border between Lua and C++: a table with `code`, `message`, `where` and what belongs to it.
#pragma once

#include "core/failure.hpp"

#include <lua.hpp>

#include <string>

namespace forager::scripting {

/// Pushes the failure as an error table. Raises only "not enough memory".
void push_failure(lua_State* L, const Failure& failure);

/// Says in the error table at `index` where the running code is, if the table does not say where it is from. Leaves
/// errors of other kinds alone.
void place_failure(lua_State* L, int index);

/// What an error value of any kind says: an error table, a table of the script's own, a string with its place in front.
Failure to_failure(lua_State* L, int index);

/// Pops what Lua says of the file at `path`, which it does not accept.
Failure syntax_failure(lua_State* L, const std::string& path);

/// Makes the state's metatables of error tables; once for each state.
void open_failures(lua_State* L);

/// FILE:LINE of the innermost frame of the user's own code, empty where there is none.
std::string place_of(lua_State* L);

/// The calls that led here, one in a line, without the library's own frames.
std::string traceback_of(lua_State* L);

/// Whether a chunk of this name is part of the library that comes with the agent.
bool is_library(const char* source);

} // namespace forager::scripting
