#include "scripting/reading.hpp"

#include <lua.hpp>

#include <memory>
#include <new>
#include <string_view>

namespace forager::scripting {

Fit fit_of(const std::string& text)
{
    const std::unique_ptr<lua_State, void (*)(lua_State*)> state{luaL_newstate(), lua_close};
    if (!state)
        throw std::bad_alloc{};
    if (luaL_loadbufferx(state.get(), text.data(), text.size(), "=input", "t") == LUA_OK)
        return Fit::whole;
    const char* message = lua_tostring(state.get(), -1);
    return std::string_view{message == nullptr ? "" : message}.ends_with("<eof>") ? Fit::cut : Fit::wrong;
}

bool is_incomplete(const std::string& text)
{
    // A line break, since it ends a text in quotes: that is wrong, and not cut.
    const Fit expression = fit_of("return " + text + "\n");
    if (expression == Fit::whole)
        return false;
    const Fit statements = fit_of(text + "\n");
    return statements != Fit::whole && (expression == Fit::cut || statements == Fit::cut);
}

} // namespace forager::scripting
