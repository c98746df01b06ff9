// pcall and xpcall as scripts have them: they let through what ends a cancelled task.
#include "scripting/sandbox.hpp"

#include "scripting/vm/vm.hpp"

namespace forager::scripting {

namespace {

bool must_go_on(lua_State* L)
{
    Vm& vm = Vm::of(L);
    Task* task = vm.current_or_null();
    return task != nullptr && task->cancel == Task::Cancel::delivered && vm.is_cancellation(L, -1);
}

int failed(lua_State* L, int status)
{
    if (must_go_on(L))
        return lua_error(L);
    if (status == LUA_ERRMEM)
        Vm::of(L).push_memory_failure(L);
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

int called(lua_State* L, int status, lua_KContext below)
{
    if (status != LUA_OK && status != LUA_YIELD)
        return failed(L, status);
    return lua_gettop(L) - static_cast<int>(below);
}

int protected_call(lua_State* L)
{
    luaL_checkany(L, 1);
    lua_pushboolean(L, 1);
    lua_insert(L, 1);
    const int status = lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, called);
    return called(L, status, 0);
}

// Upvalue 1: the script's own handler.
int handle_error(lua_State* L)
{
    Vm& vm = Vm::of(L);
    Task* task = vm.current_or_null();
    if (task != nullptr && task->cancel == Task::Cancel::delivered && vm.is_cancellation(L, 1))
        return 1;
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

// xpcall(f, handler, ...) becomes: handler, true, f, ... on the stack.
int protected_call_with_handler(lua_State* L)
{
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, handle_error, 1);
    lua_insert(L, 1); // wrapped, f, handler, ...
    lua_remove(L, 3); // wrapped, f, ...
    lua_pushboolean(L, 1);
    lua_insert(L, 2); // wrapped, true, f, ...
    const int status = lua_pcallk(L, lua_gettop(L) - 3, LUA_MULTRET, 1, 1, called);
    return called(L, status, 1);
}

} // namespace

void open_protected_calls(lua_State* L)
{
    lua_pushcfunction(L, protected_call);
    lua_setglobal(L, "pcall");
    lua_pushcfunction(L, protected_call_with_handler);
    lua_setglobal(L, "xpcall");
}

} // namespace forager::scripting
