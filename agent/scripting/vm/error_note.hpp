// Where the last uncaught error was raised: Lua unwinds the stack before anybody else could look.
#pragma once

#include "core/failure.hpp"

#include <lua.hpp>

#include <string>

namespace forager::scripting {

class ErrorNote {
public:
    /// Once for each state, before anything else; raises only "not enough memory".
    static void open(lua_State* L);

    /// Notes where the error at `index` is being raised; where it was raised first, if it is raised again.
    void take(lua_State* L, int index);

    /// Adds what was noted of the error at `index` to the failure that was made of it.
    void complete(lua_State* L, int index, Failure& failure) const;

private:
    const void* error_ = nullptr;
    std::string where_;
    std::string traceback_;
    std::string sentence_; // what a table of the script's own says of itself
};

} // namespace forager::scripting
