// The coroutine library as scripts have it. A coroutine that a script made may call what waits: the wait is passed up
// to the task, and the coroutine goes on when it is over, unseen by whoever resumed it.
#include "scripting/sandbox.hpp"

#include "scripting/vm/vm.hpp"

namespace forager::scripting {

namespace {

enum Mode : lua_KContext { resume, wrap };

lua_State* coroutine_at(lua_State* L, int index)
{
    lua_State* co = lua_tothread(L, index);
    luaL_argexpected(L, co != nullptr, index, "coroutine");
    return co;
}

enum class Status { running, suspended, normal, dead };

Status status_of(lua_State* L, lua_State* co)
{
    if (L == co)
        return Status::running;
    lua_Debug frame;
    switch (lua_status(co)) {
    case LUA_YIELD: return Status::suspended;
    case LUA_OK:
        if (lua_getstack(co, 0, &frame) != 0)
            return Status::normal;
        return lua_gettop(co) == 0 ? Status::dead : Status::suspended;
    default: return Status::dead;
    }
}

// A coroutine that waits for the world looks suspended to Lua, but only the task may go on with it. The registry holds
// those, each with `true`.
const char waiting_key = 0;

void mark_waiting(lua_State* L, lua_State* co, bool waiting)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &waiting_key);
    lua_pushthread(co);
    lua_xmove(co, L, 1);
    if (waiting)
        lua_pushboolean(L, 1);
    else
        lua_pushnil(L);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

bool is_waiting(lua_State* L, lua_State* co)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &waiting_key);
    lua_pushthread(co);
    lua_xmove(co, L, 1);
    lua_rawget(L, -2);
    const bool waiting = lua_toboolean(L, -1) != 0;
    lua_pop(L, 2);
    return waiting;
}

int close_coroutine(lua_State* co, [[maybe_unused]] lua_State* L)
{
#if LUA_VERSION_RELEASE_NUM >= 50406
    return lua_closethread(co, L);
#else
    return lua_resetthread(co);
#endif
}

int give_error(lua_State* L, lua_State* co, int status, lua_KContext mode)
{
    Vm& vm = Vm::of(L);
    if (status == LUA_ERRMEM)
        vm.push_memory_failure(co);
    const bool ending = vm.current().cancel == Task::Cancel::delivered && vm.is_cancellation(co, -1);
    if (mode == wrap || ending)
        close_coroutine(co, L);
    luaL_checkstack(L, 2, "too many results to resume");
    lua_xmove(co, L, 1);
    if (mode == wrap || ending)
        return lua_error(L);
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

int give_results(lua_State* L, lua_State* co, int count, lua_KContext mode)
{
    if (lua_checkstack(L, count + 1) == 0) {
        lua_pop(co, count);
        return luaL_error(L, "too many results to resume");
    }
    if (mode == resume)
        lua_pushboolean(L, 1);
    lua_xmove(co, L, count);
    return mode == resume ? count + 1 : count;
}

int go_on(lua_State* L, int status, lua_KContext mode);

// Runs `co`, kept at index 1 of `L`, until it yields, waits or ends.
int drive(lua_State* L, lua_State* co, int arguments, lua_KContext mode)
{
    Vm& vm = Vm::of(L);
    const bool unyieldable = lua_isyieldable(L) == 0;
    vm.enter(co, unyieldable);
    int count = 0;
    const int status = lua_resume(co, L, arguments, &count);
    vm.leave(L, unyieldable);
    if (status == LUA_YIELD && vm.suspending()) {
        mark_waiting(L, co, true);
        return lua_yieldk(L, 0, mode, go_on);
    }
    if (status == LUA_OK || status == LUA_YIELD)
        return give_results(L, co, count, mode);
    return give_error(L, co, status, mode);
}

int go_on(lua_State* L, int, lua_KContext mode)
{
    lua_State* co = lua_tothread(L, 1);
    mark_waiting(L, co, false);
    return drive(L, co, 0, mode);
}

int start(lua_State* L, lua_State* co, lua_KContext mode)
{
    const char* refusal = nullptr;
    const Status status = status_of(L, co);
    if (status == Status::dead)
        refusal = "cannot resume dead coroutine";
    else if (status != Status::suspended)
        refusal = "cannot resume non-suspended coroutine";
    else if (is_waiting(L, co))
        refusal = "cannot resume a coroutine that waits";
    const int arguments = lua_gettop(L) - 1;
    if (refusal == nullptr && lua_checkstack(co, arguments) == 0)
        refusal = "too many arguments to resume";
    if (refusal == nullptr) {
        lua_xmove(L, co, arguments);
        return drive(L, co, arguments, mode);
    }
    if (mode == wrap)
        return luaL_error(L, "%s", refusal);
    lua_pushboolean(L, 0);
    lua_pushstring(L, refusal);
    return 2;
}

int coroutine_resume(lua_State* L)
{
    return start(L, coroutine_at(L, 1), resume);
}

int wrapped(lua_State* L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    return start(L, lua_tothread(L, 1), wrap);
}

int coroutine_create(lua_State* L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_State* co = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, co, 1);
    return 1;
}

int coroutine_wrap(lua_State* L)
{
    coroutine_create(L);
    lua_pushcclosure(L, wrapped, 1);
    return 1;
}

bool is_task(lua_State* L)
{
    const Task* task = Vm::of(L).current_or_null();
    return task == nullptr || task->thread == L;
}

int coroutine_yield(lua_State* L)
{
    if (is_task(L))
        return luaL_error(L, "attempt to yield from outside a coroutine");
    return lua_yield(L, lua_gettop(L));
}

int coroutine_isyieldable(lua_State* L)
{
    lua_State* co = lua_isnoneornil(L, 1) ? L : coroutine_at(L, 1);
    lua_pushboolean(L, !is_task(co) && lua_isyieldable(co) != 0);
    return 1;
}

int coroutine_running(lua_State* L)
{
    lua_pushthread(L);
    lua_pushboolean(L, is_task(L) ? 1 : 0);
    return 2;
}

int coroutine_status(lua_State* L)
{
    lua_State* co = coroutine_at(L, 1);
    const Status status = is_waiting(L, co) ? Status::normal : status_of(L, co);
    switch (status) {
    case Status::running: lua_pushliteral(L, "running"); break;
    case Status::suspended: lua_pushliteral(L, "suspended"); break;
    case Status::normal: lua_pushliteral(L, "normal"); break;
    case Status::dead: lua_pushliteral(L, "dead"); break;
    }
    return 1;
}

int coroutine_close(lua_State* L)
{
    lua_State* co = coroutine_at(L, 1);
    const Status status = status_of(L, co);
    if (is_waiting(L, co) || (status != Status::dead && status != Status::suspended))
        return luaL_error(L, "cannot close a coroutine that runs or waits");
    if (close_coroutine(co, L) == LUA_OK) {
        lua_pushboolean(L, 1);
        return 1;
    }
    lua_pushboolean(L, 0);
    lua_xmove(co, L, 1);
    return 2;
}

const luaL_Reg functions[] = {
    {"close", coroutine_close},   {"create", coroutine_create},   {"isyieldable", coroutine_isyieldable},
    {"resume", coroutine_resume}, {"running", coroutine_running}, {"status", coroutine_status},
    {"wrap", coroutine_wrap},     {"yield", coroutine_yield},     {nullptr, nullptr},
};

} // namespace

void open_coroutines(lua_State* L)
{
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &waiting_key);
    luaL_newlib(L, functions);
    lua_setglobal(L, "coroutine");
}

} // namespace forager::scripting
