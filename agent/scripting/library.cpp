#include "scripting/library.hpp"

#include <exception>

namespace forager::scripting {

namespace {

int keep_piece(lua_State*, const void* piece, std::size_t size, void* chunk)
{
    try {
        static_cast<std::string*>(chunk)->append(static_cast<const char*>(piece), size);
        return 0;
    } catch (const std::exception&) {
        return 1;
    }
}

// Compiles it, and pushes it or what is wrong with it.
int push_compiled(lua_State* L, std::string_view source, const char* name, std::string& chunk)
{
    const std::string shown = std::string{"="} + name;
    const int status = luaL_loadbufferx(L, source.data(), source.size(), shown.c_str(), "t");
    if (status == LUA_OK && lua_dump(L, keep_piece, &chunk, 0) != 0)
        chunk.clear();
    return status;
}

} // namespace

bool Library::push_chunk(lua_State* L, const char* name)
{
    int status = LUA_OK;
    { // no object may be alive where Lua raises
        const auto source = library_file(name);
        if (!source)
            return false;
        std::string& chunk = chunks_[name];
        status = chunk.empty() ? push_compiled(L, *source, name, chunk)
                               : luaL_loadbufferx(L, chunk.data(), chunk.size(), name, "b");
    }
    if (status != LUA_OK)
        lua_error(L);
    return true;
}

} // namespace forager::scripting
