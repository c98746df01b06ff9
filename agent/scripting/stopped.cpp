#include "scripting/stopped.hpp"

#include "io/formats/json.hpp"
#include "scripting/lua_failure.hpp"
#include "scripting/lua_value.hpp"
#include "scripting/vm/vm.hpp"

#include <algorithm>
#include <string_view>

namespace forager::scripting {

namespace {

// Things that Lua leaves on a stack go with it: the state of one look is a coroutine of its own.
class Glass {
public:
    explicit Glass(Task& task) : task_{task}, main_{task.vm->state()}, state_{lua_newthread(main_)} {}
    Glass(const Glass&) = delete;
    Glass& operator=(const Glass&) = delete;
    ~Glass() { lua_pop(main_, 1); }

    lua_State* state() const { return state_; }

    /// Pushes each local name's value of the user's innermost line, innermost first.
    template <class Take> void each_local(const Take& take)
    {
        lua_Debug frame{};
        if (!find(frame))
            return;
        std::vector<std::string> names;
        for (int i = 1; const char* name = lua_getlocal(task_.thread, &frame, i); ++i)
            push_named(name, names);
        for (std::size_t i = names.size(); i > 0; --i) // the last of a name hides those before
            take(names[i - 1], static_cast<int>(i));
        lua_settop(state_, 0);
        take_upvalues(frame, take);
    }

private:
    bool find(lua_Debug& frame)
    {
        for (int level = 0; lua_getstack(task_.thread, level, &frame) != 0; ++level) {
            lua_getinfo(task_.thread, "S", &frame);
            if (*frame.what != 'C' && !is_library(frame.source))
                return true;
        }
        return false;
    }

    // Names in brackets are Lua's own.
    void push_named(const char* name, std::vector<std::string>& names)
    {
        if (*name == '(') {
            lua_pop(task_.thread, 1);
            return;
        }
        names.emplace_back(name);
        lua_xmove(task_.thread, state_, 1);
    }

    template <class Take> void take_upvalues(lua_Debug& frame, const Take& take)
    {
        lua_getinfo(task_.thread, "f", &frame);
        lua_xmove(task_.thread, state_, 1);
        for (int i = 1; const char* name = lua_getupvalue(state_, 1, i); ++i) {
            if (std::string_view{name} != "_ENV")
                take(name, lua_gettop(state_));
            lua_settop(state_, 1);
        }
        lua_settop(state_, 0);
    }

    Task& task_;
    lua_State* main_;
    lua_State* state_;
};

// A name of the line, which may be nil, or else a global one.
int look_up(lua_State* L)
{
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) {
        lua_pushvalue(L, 2);
        lua_rawget(L, lua_upvalueindex(2));
        return 1;
    }
    lua_pushglobaltable(L);
    lua_pushvalue(L, 2);
    lua_gettable(L, -2);
    return 1;
}

// Pushes a table with the names of the line, before which globals stand back.
void push_surroundings(lua_State* target, Task& task)
{
    lua_newtable(target);
    lua_newtable(target);
    lua_newtable(target);
    const int values = lua_gettop(target);
    const int names = values - 1;
    Glass glass{task};
    glass.each_local([&](const std::string& name, int index) {
        if (lua_getfield(target, names, name.c_str()) == LUA_TNIL) {
            lua_pushboolean(target, 1);
            lua_setfield(target, names, name.c_str());
            lua_pushvalue(glass.state(), index);
            lua_xmove(glass.state(), target, 1);
            lua_setfield(target, values, name.c_str());
        }
        lua_pop(target, 1);
    });
    lua_pushcclosure(target, look_up, 2);
    lua_createtable(target, 0, 1);
    lua_insert(target, -2);
    lua_setfield(target, -2, "__index");
    lua_setmetatable(target, -2);
}

bool load_text(lua_State* L, const std::string& text)
{
    const std::string expression = "return " + text;
    if (luaL_loadbufferx(L, expression.data(), expression.size(), "=input", "t") == LUA_OK)
        return true;
    lua_pop(L, 1);
    return luaL_loadbufferx(L, text.data(), text.size(), "=input", "t") == LUA_OK;
}

// Data as data, anything else by its type: a script's own words for it could raise.
std::string text_of(lua_State* L, int index)
{
    const auto value = to_value(L, index, "value", Numbers::any);
    return value ? to_json(*value) : luaL_typename(L, index);
}

Outputs outputs_from(lua_State* L, int first)
{
    Outputs outputs;
    for (int i = first; i <= lua_gettop(L); ++i) {
        auto value = to_value(L, i, "value", Numbers::any);
        outputs.push_back(value ? std::move(*value) : Value{text_of(L, i)});
    }
    return outputs;
}

} // namespace

std::vector<std::pair<std::string, std::string>> locals_of(Task& task)
{
    std::vector<std::pair<std::string, std::string>> locals;
    Glass glass{task};
    glass.each_local([&](const std::string& name, int index) {
        const bool is_hidden = std::ranges::any_of(locals, [&](const auto& local) { return local.first == name; });
        if (!is_hidden)
            locals.emplace_back(name, text_of(glass.state(), index));
    });
    return locals;
}

Outcome evaluated(Task& task, const std::string& text)
{
    Vm& vm = *task.vm;
    lua_State* main = vm.state();
    lua_State* L = lua_newthread(main);
    Outcome outcome;
    vm.on_behalf_of(task, [&] {
        if (!load_text(L, text)) {
            outcome = syntax_failure(L, "input");
            return;
        }
        push_surroundings(L, task);
        lua_setupvalue(L, -2, 1);
        if (lua_pcall(L, 0, LUA_MULTRET, 0) == LUA_OK)
            outcome = outputs_from(L, 1);
        else
            outcome = to_failure(L, -1);
    });
    lua_pop(main, 1);
    return outcome;
}

std::string traceback_of(Task& task)
{
    return traceback_of(task.thread);
}

} // namespace forager::scripting
