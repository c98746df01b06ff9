// Data across the border between Lua and C++. A list that came from outside keeps its kind by a metatable.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"

#include <lua.hpp>

#include <string>

namespace forager::scripting {

/// Pushes one value; null is `forager.null`. Raises only "not enough memory": no C++ object may depend on its return.
void push_value(lua_State* L, const Value& value);

/// As `push_value`, but null is nil: for arguments and results as a whole.
void push_output(lua_State* L, const Value& value);

/// Which numbers are data: JSON has no words for NaN and infinity, YAML and TOML have.
enum class Numbers { finite, any };

/// Reads the value at `index` and raises nothing. What is not data (a function, a number that is not finite, a cycle, a
/// list with holes, an invalid number key) is a `bad_arguments` failure that names its path, begun with `root`.
Result<Value> to_value(lua_State* L, int index, const std::string& root, Numbers numbers = Numbers::finite);

/// Reads the values from `first` to the top; nil is null. `noun` and their number name them in failures.
Result<std::vector<Value>> to_values(lua_State* L, int first, const std::string& noun,
                                     Numbers numbers = Numbers::finite);

/// Makes the state's metatables of lists and of null; once for each state.
void open_values(lua_State* L);

/// Pushes the metatable that marks a list.
void push_list_metatable(lua_State* L);

/// The text at `index` when it is a string, without converting it.
std::string_view text_at(lua_State* L, int index);

} // namespace forager::scripting
