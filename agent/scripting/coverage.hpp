// Which lines of scripts have run, and which could: counted while somebody wants to know. On the strand.
#pragma once

#include <lua.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace forager::scripting {

/// line → how often it ran, of all lines that hold code.
using CoveredLines = std::map<int, std::uint64_t>;

class Coverage {
public:
    /// The line hook of a script's state; counts for `World::coverage` of its script.
    static void hook(lua_State* L, lua_Debug* frame);

    /// The files by path; the library is none of them.
    const std::map<std::string, CoveredLines, std::less<>>& files() const { return files_; }

private:
    CoveredLines& file_at(lua_State* L, lua_Debug* frame);

    std::map<std::string, CoveredLines, std::less<>> files_;
};

/// Adds the lines that hold code in a compiled chunk, as lua_dump gives it with its lines, that have not run. False: it
/// cannot be read.
bool add_lines(std::string_view chunk, CoveredLines& lines);

} // namespace forager::scripting
