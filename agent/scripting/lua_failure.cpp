#include "scripting/lua_failure.hpp"

#include "scripting/explaining/runtime_hint.hpp"
#include "scripting/lua_value.hpp"

#include <cstring>
#include <map>
#include <utility>

namespace forager::scripting {

namespace {

// Their addresses name the metatables: of error tables, and of those that say that a script does not load.
const char failure_key = 0;
const char declaration_key = 0;

constexpr int deepest_trace = 40;

void set(lua_State* L, const char* name, const std::string& text)
{
    if (text.empty())
        return;
    lua_pushlstring(L, text.data(), text.size());
    lua_setfield(L, -2, name);
}

std::string field(const Object& object, std::string_view name)
{
    const Value* value = object.find(name);
    const auto* text = value == nullptr ? nullptr : value->get<std::string>();
    return text == nullptr ? std::string{} : *text;
}

bool flag(const Object& object, std::string_view name, bool fallback)
{
    const Value* value = object.find(name);
    const bool* given = value == nullptr ? nullptr : value->get<bool>();
    return given == nullptr ? fallback : *given;
}

Errc code_named(std::string_view name)
{
    for (int code = 1; code <= static_cast<int>(Errc::script); ++code)
        if (word(static_cast<Errc>(code)) == name)
            return static_cast<Errc>(code);
    return Errc::script;
}

// Of what is not data; a number is one without a value.
Value told_instead(lua_State* L, int index)
{
    if (lua_type(L, index) == LUA_TNUMBER)
        return std::to_string(lua_tonumber(L, index));
    return std::string{"("} + luaL_typename(L, index) + ")";
}

// The named entries by name; what is not data is told by its type, so that it takes nothing else with it.
Object named_fields(lua_State* L, int index)
{
    index = lua_absindex(L, index);
    std::map<std::string, Value> found;
    if (lua_checkstack(L, 4) == 0)
        return {};
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            continue;
        auto value = to_value(L, -1, "the error");
        found.insert_or_assign(std::string{text_at(L, -2)}, value ? std::move(*value) : told_instead(L, -1));
    }
    Object fields;
    for (auto& [name, value] : found)
        fields.append(name, std::move(value));
    return fields;
}

// As in error { "no paper" }.
std::string first_entry(lua_State* L, int index)
{
    std::string text;
    if (lua_rawgeti(L, index, 1) == LUA_TSTRING)
        text = text_at(L, -1);
    lua_pop(L, 1);
    return text;
}

bool has_metatable(lua_State* L, int index, const void* key)
{
    if (lua_getmetatable(L, index) == 0)
        return false;
    lua_rawgetp(L, LUA_REGISTRYINDEX, key);
    const bool same = lua_rawequal(L, -1, -2) != 0;
    lua_pop(L, 2);
    return same;
}

Failure from_fields(const Object& fields)
{
    const std::string code = field(fields, "code");
    Failure failure{code_named(code), field(fields, "message")};
    failure.where = field(fields, "where");
    failure.traceback = field(fields, "traceback");
    failure.retry = flag(fields, "retry", failure.retry);
    for (const Member& member : fields) {
        const bool ours = member.name == "message" || member.name == "where" || member.name == "traceback" ||
                          (member.name == "code" && code == word(failure.code));
        if (!ours)
            failure.details.append(member.name, member.value);
    }
    return failure;
}

Failure from_table(lua_State* L, int index)
{
    const Object fields = named_fields(L, index);
    Failure failure = from_fields(fields);
    failure.declaration = has_metatable(L, index, &declaration_key);
    if (failure.message.empty())
        failure.message = first_entry(L, index);
    const std::string code = field(fields, "code");
    if (failure.message.empty())
        failure.message = code.empty() ? "the script raised a table" : "the script raised '" + code + "'";
    return failure;
}

// "FILE:LINE: text" as Lua's own errors begin.
void split_place(Failure& failure)
{
    const std::string& text = failure.message;
    for (std::size_t colon = text.find(':'); colon != std::string::npos; colon = text.find(':', colon + 1)) {
        const std::size_t end = text.find_first_not_of("0123456789", colon + 1);
        if (end == std::string::npos || end == colon + 1 || text.compare(end, 2, ": ") != 0)
            continue;
        if (text.find('\n') < end)
            return;
        failure.where = text.substr(0, end);
        failure.message = text.substr(end + 2);
        return;
    }
}

int failure_text(lua_State* L)
{
    lua_getfield(L, 1, "message");
    if (lua_type(L, -1) != LUA_TSTRING)
        lua_pushliteral(L, "error");
    return 1;
}

int failure_concat(lua_State* L)
{
    luaL_tolstring(L, 1, nullptr);
    luaL_tolstring(L, 2, nullptr);
    lua_concat(L, 2);
    return 1;
}

void push_metatable(lua_State* L)
{
    lua_createtable(L, 0, 3);
    lua_pushcfunction(L, failure_text);
    lua_setfield(L, -2, "__tostring");
    lua_pushcfunction(L, failure_concat);
    lua_setfield(L, -2, "__concat");
    lua_pushliteral(L, "failure");
    lua_setfield(L, -2, "__name");
}

bool next_frame(lua_State* L, int level, lua_Debug& frame)
{
    return lua_getstack(L, level, &frame) != 0 && lua_getinfo(L, "Slnt", &frame) != 0;
}

std::string place(const lua_Debug& frame)
{
    return std::string{frame.source + 1} + ":" + std::to_string(frame.currentline);
}

bool is_users(const lua_Debug& frame)
{
    return *frame.what != 'C' && frame.currentline > 0 && !is_library(frame.source);
}

std::string description(const lua_Debug& frame)
{
    if (*frame.what == 'm')
        return "main chunk";
    if (frame.name != nullptr && *frame.namewhat != '\0')
        return std::string{"function '"} + frame.name + "'";
    return "function at line " + std::to_string(frame.linedefined);
}

} // namespace

void push_failure(lua_State* L, const Failure& failure)
{
    lua_createtable(L, 0, 4 + static_cast<int>(failure.details.size()));
    for (const Member& member : failure.details) {
        lua_pushlstring(L, member.name.data(), member.name.size());
        push_value(L, member.value);
        lua_rawset(L, -3);
    }
    if (failure.details.find("code") == nullptr) {
        const std::string_view code = word(failure.code);
        lua_pushlstring(L, code.data(), code.size());
        lua_setfield(L, -2, "code");
    }
    set(L, "message", failure.message);
    set(L, "where", failure.where);
    set(L, "traceback", failure.traceback);
    lua_rawgetp(L, LUA_REGISTRYINDEX, failure.declaration ? &declaration_key : &failure_key);
    lua_setmetatable(L, -2);
}

void place_failure(lua_State* L, int index)
{
    index = lua_absindex(L, index);
    if (!has_metatable(L, index, &failure_key) && !has_metatable(L, index, &declaration_key))
        return;
    const bool placed = lua_getfield(L, index, "where") != LUA_TNIL;
    lua_pop(L, 1);
    if (placed)
        return;
    lua_pushvalue(L, index);
    set(L, "where", place_of(L));
    lua_pop(L, 1);
}

Failure to_failure(lua_State* L, int index)
{
    Failure failure;
    if (lua_type(L, index) == LUA_TSTRING) {
        failure.message = std::string{text_at(L, index)};
        split_place(failure);
        failure.message += runtime_hint(failure.message);
        return failure;
    }
    if (lua_istable(L, index))
        return from_table(L, index);
    auto value = to_value(L, index, "the error");
    if (value && !value->is_null())
        failure.details.append("error", std::move(*value));
    failure.message = std::string{"the script raised a "} + luaL_typename(L, index) + " instead of a message";
    return failure;
}

Failure syntax_failure(lua_State* L, const std::string& path)
{
    Failure failure = to_failure(L, -1);
    lua_pop(L, 1);
    // Lua shortens a long path.
    if (const std::size_t line = failure.where.rfind(':'); line != std::string::npos)
        failure.where.replace(0, line, path);
    failure.declaration = true;
    failure.retry = false;
    return failure;
}

void open_failures(lua_State* L)
{
    for (const void* key : {static_cast<const void*>(&failure_key), static_cast<const void*>(&declaration_key)}) {
        push_metatable(L);
        lua_rawsetp(L, LUA_REGISTRYINDEX, key);
    }
}

bool is_library(const char* source)
{
    return std::strncmp(source, "=forager/", 9) == 0;
}

std::string place_of(lua_State* L)
{
    lua_Debug frame;
    for (int level = 0; next_frame(L, level, frame); ++level)
        if (is_users(frame))
            return place(frame);
    return {};
}

std::string traceback_of(lua_State* L)
{
    std::string text;
    lua_Debug frame;
    int lines = 0;
    bool lost = false; // frames that a tail call has replaced
    for (int level = 0; next_frame(L, level, frame); ++level) {
        if (!is_users(frame))
            continue;
        if (++lines > deepest_trace) {
            text += "  …\n";
            break;
        }
        if (std::exchange(lost, frame.istailcall != 0))
            text += "  (tail calls)\n";
        text += "  " + place(frame) + ": in " + description(frame) + "\n";
    }
    if (!text.empty())
        text.pop_back();
    return text;
}

} // namespace forager::scripting
