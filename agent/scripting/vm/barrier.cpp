#include "scripting/vm/barrier.hpp"

#include "scripting/lua_value.hpp"

#include <optional>

namespace forager::scripting {

namespace {

// The name under which a library has the function on top of the stack, or nothing.
std::optional<std::string> library_name(lua_State* L)
{
    for (const char* library : {"table", "string", "utf8"}) {
        lua_getglobal(L, library);
        for (lua_pushnil(L); lua_istable(L, -2) && lua_next(L, -2) != 0; lua_pop(L, 1)) {
            if (lua_rawequal(L, -1, -4) == 0)
                continue;
            const std::string name{text_at(L, -2)};
            lua_pop(L, 3);
            return std::string{library} + "." + name;
        }
        lua_pop(L, 1);
    }
    return std::nullopt;
}

} // namespace

std::string barrier_of(lua_State* L)
{
    lua_Debug frame;
    bool seen_lua = false;
    for (int level = 0; lua_getstack(L, level, &frame) != 0; ++level) {
        lua_getinfo(L, "Snf", &frame);
        const auto name = library_name(L);
        lua_pop(L, 1);
        if (*frame.what != 'C')
            seen_lua = true;
        else if (seen_lua && (name || frame.name != nullptr))
            return name.value_or(frame.name != nullptr ? frame.name : "");
    }
    return "a C function";
}

} // namespace forager::scripting
