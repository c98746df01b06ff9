#include "scripting/lua_value.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace forager::scripting {

namespace {

constexpr int deepest = 200;

const char list_key = 0; // its address names the metatable in the registry

Failure not_data(const std::string& path, const std::string& what)
{
    return {Errc::bad_arguments, path + " " + what};
}

std::string child(const std::string& path, std::string_view name)
{
    return path + "." + std::string{name};
}

std::string child(const std::string& path, lua_Integer index)
{
    return path + "[" + std::to_string(index) + "]";
}

bool is_list(lua_State* L, int index)
{
    if (lua_getmetatable(L, index) == 0)
        return false;
    push_list_metatable(L);
    const bool same = lua_rawequal(L, -1, -2) != 0;
    lua_pop(L, 2);
    return same;
}

// What the keys of a table say about its kind.
struct Keys {
    std::size_t named = 0;
    std::size_t numbered = 0;
    lua_Integer highest = 0;
    bool other = false;
};

Keys keys_of(lua_State* L, int index)
{
    Keys keys;
    lua_pushnil(L);
    while (lua_next(L, index) != 0) {
        lua_pop(L, 1);
        if (lua_type(L, -1) == LUA_TSTRING) {
            ++keys.named;
        } else if (lua_isinteger(L, -1) != 0 && lua_tointeger(L, -1) > 0) {
            ++keys.numbered;
            keys.highest = std::max(keys.highest, lua_tointeger(L, -1));
        } else {
            keys.other = true;
        }
    }
    return keys;
}

class Reader {
public:
    Reader(lua_State* L, Numbers numbers) : L_{L}, numbers_{numbers} {}

    Result<Value> read(int index, const std::string& path)
    {
        switch (lua_type(L_, index)) {
        case LUA_TNIL: return Value{};
        case LUA_TBOOLEAN: return Value{lua_toboolean(L_, index) != 0};
        case LUA_TSTRING: return Value{std::string{text_at(L_, index)}};
        case LUA_TNUMBER: return number(index, path);
        case LUA_TLIGHTUSERDATA:
            if (lua_touserdata(L_, index) == nullptr)
                return Value{};
            break;
        case LUA_TTABLE: return table(lua_absindex(L_, index), path);
        default: break;
        }
        return not_data(path, std::string{"is a "} + luaL_typename(L_, index) + ", which is not data");
    }

private:
    Result<Value> number(int index, const std::string& path) const
    {
        if (lua_isinteger(L_, index) != 0)
            return Value{static_cast<std::int64_t>(lua_tointeger(L_, index))};
        const double number = lua_tonumber(L_, index);
        if (numbers_ == Numbers::any || std::isfinite(number))
            return Value{number};
        return not_data(path, std::isnan(number) ? "is not a number (NaN), which is not data"
                                                 : "is an infinite number, which is not data");
    }

    Result<Value> table(int index, const std::string& path)
    {
        const void* identity = lua_topointer(L_, index);
        if (std::ranges::find(open_, identity) != open_.end())
            return not_data(path, "contains itself");
        if (open_.size() >= deepest || lua_checkstack(L_, 8) == 0)
            return not_data(path, "is nested more than " + std::to_string(deepest) + " levels deep");
        open_.push_back(identity);
        auto value = contents(index, path);
        open_.pop_back();
        return value;
    }

    Result<Value> contents(int index, const std::string& path)
    {
        const Keys keys = keys_of(L_, index);
        if (keys.other)
            return not_data(path, "has a key that is neither a string nor a positive integer");
        if (keys.named > 0 && keys.numbered > 0)
            return not_data(path, "mixes named and numbered entries: data is one or the other");
        if (keys.numbered > 0 && static_cast<std::size_t>(keys.highest) != keys.numbered)
            return not_data(path, "is a list with holes: put forager.null where there is nothing");
        if (keys.numbered > 0 || (keys.named == 0 && is_list(L_, index)))
            return list(index, keys.highest, path);
        return object(index, keys.named, path);
    }

    Result<Value> list(int index, lua_Integer length, const std::string& path)
    {
        Array items;
        items.reserve(static_cast<std::size_t>(length));
        for (lua_Integer i = 1; i <= length; ++i) {
            lua_rawgeti(L_, index, i);
            auto item = read(-1, child(path, i));
            lua_pop(L_, 1);
            if (!item)
                return item;
            items.push_back(std::move(*item));
        }
        return Value{std::move(items)};
    }

    Result<Value> object(int index, std::size_t size, const std::string& path)
    {
        std::vector<Member> members;
        members.reserve(size);
        lua_pushnil(L_);
        while (lua_next(L_, index) != 0) {
            std::string name{text_at(L_, -2)};
            auto value = read(-1, child(path, name));
            lua_pop(L_, 1);
            if (!value) {
                lua_pop(L_, 1);
                return value;
            }
            members.push_back({std::move(name), std::move(*value)});
        }
        // A table has no order: sorted, so that the same data always looks the same.
        std::ranges::sort(members, {}, &Member::name);
        Object object;
        for (Member& member : members)
            object.append(std::move(member.name), std::move(member.value));
        return Value{std::move(object)};
    }

    lua_State* L_;
    Numbers numbers_;
    std::vector<const void*> open_; // the tables around the one being read
};

struct Push {
    lua_State* L;

    void operator()(std::nullptr_t) const { lua_pushlightuserdata(L, nullptr); }
    void operator()(bool value) const { lua_pushboolean(L, value ? 1 : 0); }
    void operator()(std::int64_t value) const { lua_pushinteger(L, value); }
    void operator()(double value) const { lua_pushnumber(L, value); }
    void operator()(const std::string& value) const { lua_pushlstring(L, value.data(), value.size()); }

    void operator()(const Array& list) const
    {
        luaL_checkstack(L, 4, "data nested too deep");
        lua_createtable(L, static_cast<int>(list.size()), 0);
        lua_Integer position = 0;
        for (const Value& item : list) {
            item.visit(*this);
            lua_rawseti(L, -2, ++position);
        }
        push_list_metatable(L);
        lua_setmetatable(L, -2);
    }

    void operator()(const Object& object) const
    {
        luaL_checkstack(L, 4, "data nested too deep");
        lua_createtable(L, 0, static_cast<int>(object.size()));
        for (const Member& member : object) {
            lua_pushlstring(L, member.name.data(), member.name.size());
            member.value.visit(*this);
            lua_rawset(L, -3);
        }
    }
};

int null_text(lua_State* L)
{
    lua_pushliteral(L, "null");
    return 1;
}

} // namespace

void push_value(lua_State* L, const Value& value)
{
    value.visit(Push{L});
}

void push_output(lua_State* L, const Value& value)
{
    if (value.is_null())
        lua_pushnil(L);
    else
        push_value(L, value);
}

Result<Value> to_value(lua_State* L, int index, const std::string& root, Numbers numbers)
{
    return Reader{L, numbers}.read(index, root);
}

Result<std::vector<Value>> to_values(lua_State* L, int first, const std::string& noun, Numbers numbers)
{
    std::vector<Value> values;
    const int top = lua_gettop(L);
    for (int i = first; i <= top; ++i) {
        auto value = to_value(L, i, top > first ? noun + " " + std::to_string(i - first + 1) : noun, numbers);
        if (!value)
            return value.error();
        values.push_back(std::move(*value));
    }
    return values;
}

void open_values(lua_State* L)
{
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "list");
    lua_setfield(L, -2, "__name");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &list_key);

    lua_pushlightuserdata(L, nullptr);
    lua_createtable(L, 0, 2);
    lua_pushcfunction(L, null_text);
    lua_setfield(L, -2, "__tostring");
    lua_pushliteral(L, "null");
    lua_setfield(L, -2, "__name");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}

void push_list_metatable(lua_State* L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &list_key);
}

std::string_view text_at(lua_State* L, int index)
{
    if (lua_type(L, index) != LUA_TSTRING)
        return {};
    std::size_t length = 0;
    const char* text = lua_tolstring(L, index, &length);
    return {text, length};
}

} // namespace forager::scripting
