// The Lua library, which is part of the program.
#pragma once

#include <lua.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace forager::scripting {

/// The source of a file of the library, named as below lua/ ("forager/init.lua").
std::optional<std::string_view> library_file(std::string_view name);

/// The library compiled: each file once for all scripts, since that is most of what a new script takes. On the strand.
class Library {
public:
    /// Pushes the chunk of a file. False: there is no such file, and nothing is pushed. Raises a Lua error when it does
    /// not compile.
    bool push_chunk(lua_State* L, const char* name);

private:
    std::map<std::string, std::string, std::less<>> chunks_;
};

} // namespace forager::scripting
