// Tasks, groups and conditions: what lua/forager/tasks.lua is made of. These touch the state itself, so they are C
// functions of Lua's own kind, without C++ objects on their stack.
#include "scripting/bindings/bindings.hpp"

#include "base/duration.hpp"
#include "core/options.hpp"
#include "scripting/lua_failure.hpp"
#include "scripting/lua_value.hpp"
#include "scripting/script.hpp"
#include "scripting/vm/vm.hpp"

#include <new>

namespace forager::scripting {

namespace {

constexpr const char* condition_name = "forager.condition";
constexpr const char* group_name = "forager.group";

Task& task_at(lua_State* L, int index)
{
    return *static_cast<Task*>(luaL_checkudata(L, index, "forager.task"));
}

Condition& condition_at(lua_State* L, int index)
{
    return *static_cast<Condition*>(luaL_checkudata(L, index, condition_name));
}

Group& group_at(lua_State* L, int index)
{
    return *static_cast<Group*>(luaL_checkudata(L, index, group_name));
}

// The duration at `index` in seconds; nothing when it is none, and then the failure is kept to be raised.
std::optional<double> read_seconds(lua_State* L, int index)
{
    auto value = to_value(L, index, "the duration");
    auto duration = value ? to_duration(*value) : Result<Duration>{value.error()};
    if (duration)
        return to_seconds(*duration);
    keep_failure(L, duration.error());
    return std::nullopt;
}

double seconds_at(lua_State* L, int index)
{
    const auto seconds = read_seconds(L, index);
    if (!seconds)
        raise_kept_failure(L);
    return *seconds;
}

std::optional<TimePoint> deadline_at(lua_State* L, int index)
{
    if (lua_isnoneornil(L, index))
        return std::nullopt;
    return Vm::of(L).clock().now() + *duration_from_seconds(seconds_at(L, index));
}

int refuse_wait(lua_State* L)
{
    return lua_error(L); // may_wait has pushed the error
}

int sleep(lua_State* L)
{
    luaL_checkany(L, 1);
    Vm& vm = Vm::of(L);
    const double seconds = seconds_at(L, 1);
    if (Script& script = Script::of(L); script.mode() == Script::Mode::check) {
        script.used_stub = true;
        return 0;
    }
    if (!vm.may_wait(L))
        return refuse_wait(L);
    if (seconds <= 0)
        return vm.wait_for_turn(L);
    return vm.wait_until(L, vm.clock().now() + *duration_from_seconds(seconds));
}

// spawn(group or nil, index, function, ...)
int spawn(lua_State* L)
{
    Group* group = lua_isnil(L, 1) ? nullptr : &group_at(L, 1);
    const int index = static_cast<int>(luaL_checkinteger(L, 2));
    luaL_checktype(L, 3, LUA_TFUNCTION);
    Vm& vm = Vm::of(L);
    if (vm.current_or_null() == nullptr)
        return luaL_error(L, "no task is running");
    if (!vm.may_spawn(L))
        return lua_error(L);
    vm.spawn(L, lua_gettop(L) - 3, false);
    if (group != nullptr) {
        Task& task = task_at(L, -1);
        task.group = group;
        task.index_in_group = index;
        lua_pushvalue(L, 1);
        lua_setiuservalue(L, -2, 2);
    }
    return 1;
}

int spawn_for_script(lua_State* L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    // In a script that is only looked at, what it would do again and again is not begun.
    if (Script::of(L).mode() != Script::Mode::run) {
        Script::of(L).used_stub = true;
        return 0;
    }
    Vm& vm = Vm::of(L);
    if (!vm.may_spawn(L))
        return lua_error(L);
    return vm.spawn(L, lua_gettop(L) - 1, true);
}

int new_group(lua_State* L)
{
    new (lua_newuserdatauv(L, sizeof(Group), 0)) Group;
    luaL_newmetatable(L, group_name);
    lua_setmetatable(L, -2);
    return 1;
}

// The index of a member that has ended and was not taken yet, or nil.
int group_take(lua_State* L)
{
    Group& group = group_at(L, 1);
    Task* ended = group.first_ended;
    if (ended == nullptr)
        return 0;
    group.first_ended = ended->next_ready;
    if (group.first_ended == nullptr)
        group.last_ended = nullptr;
    lua_pushinteger(L, ended->index_in_group);
    return 1;
}

// Waits until one more member has ended; gives false when the time is up first.
int group_wait(lua_State* L)
{
    Vm& vm = Vm::of(L);
    if (!vm.may_wait(L))
        return refuse_wait(L);
    return vm.wait_on(L, group_at(L, 1).changed, deadline_at(L, 2));
}

int task_wait(lua_State* L)
{
    Task& task = task_at(L, 1);
    Vm& vm = Vm::of(L);
    if (task.state == Task::State::ended)
        return 0;
    if (&task == vm.current_or_null()) {
        vm.push_error(L, {Errc::bad_arguments, "a task cannot wait for its own end"});
        place_failure(L, -1);
        return lua_error(L);
    }
    if (!vm.may_wait(L))
        return refuse_wait(L);
    return vm.wait_on(L, task.done, std::nullopt);
}

// The values of a task that has ended, or its error.
int task_result(lua_State* L)
{
    Task& task = task_at(L, 1);
    if (task.state != Task::State::ended)
        return luaL_error(L, "the task has not ended");
    Vm::of(L).hear(task);
    luaL_checkstack(L, task.results + 1, "too many results");
    if (lua_checkstack(task.thread, task.results) == 0)
        return luaL_error(L, "too many results");
    const int first = lua_gettop(task.thread) - task.results + 1;
    for (int i = 0; i < task.results; ++i)
        lua_pushvalue(task.thread, first + i);
    lua_xmove(task.thread, L, task.results);
    if (!task.failed)
        return task.results;
    if (Vm::of(L).is_cancellation(L, -1))
        Vm::of(L).push_error(L, {Errc::cancelled, "cancelled"}); // the other one ends whoever raises it
    place_failure(L, -1);
    return lua_error(L);
}

// Raises the error of a task that failed.
int task_check(lua_State* L)
{
    return task_at(L, 1).failed ? task_result(L) : 0;
}

int task_cancel(lua_State* L)
{
    Vm::of(L).cancel(task_at(L, 1));
    return 0;
}

int task_state(lua_State* L)
{
    const Task& task = task_at(L, 1);
    const bool cancelled = task.cancel == Task::Cancel::delivered && task.failed;
    if (task.state == Task::State::ended)
        lua_pushstring(L, cancelled ? "cancelled" : task.failed ? "failed" : "succeeded");
    else if (task.state == Task::State::parked)
        lua_pushstring(L, task.sleeping ? "sleeping" : "waiting");
    else
        lua_pushliteral(L, "running");
    return 1;
}

int task_methods(lua_State* L)
{
    luaL_getmetatable(L, "forager.task");
    for (const char* name : {"__index", "__close", "__name"}) {
        lua_getfield(L, 1, name);
        lua_setfield(L, -2, name);
    }
    lua_pushliteral(L, "task");
    lua_setfield(L, -2, "__metatable");
    return 0;
}

int new_condition(lua_State* L)
{
    new (lua_newuserdatauv(L, sizeof(Condition), 0)) Condition;
    luaL_newmetatable(L, condition_name);
    lua_setmetatable(L, -2);
    return 1;
}

int condition_wait(lua_State* L)
{
    Vm& vm = Vm::of(L);
    if (!vm.may_wait(L))
        return refuse_wait(L);
    return vm.wait_on(L, condition_at(L, 1), deadline_at(L, 2));
}

int condition_notify(lua_State* L)
{
    Vm::of(L).wake_one(condition_at(L, 1));
    return 0;
}

int condition_notify_all(lua_State* L)
{
    Vm::of(L).wake_all(condition_at(L, 1));
    return 0;
}

constexpr Binding bindings[] = {
    {"sleep", sleep},
    {"spawn", spawn},
    {"spawn_for_script", spawn_for_script},
    {"group", new_group},
    {"group_take", group_take},
    {"group_wait", group_wait},
    {"task_wait", task_wait},
    {"task_result", task_result},
    {"task_check", task_check},
    {"task_cancel", task_cancel},
    {"task_state", task_state},
    {"task_methods", task_methods},
    {"condition", new_condition},
    {"condition_wait", condition_wait},
    {"condition_notify", condition_notify},
    {"condition_notify_all", condition_notify_all},
};

} // namespace

std::span<const Binding> task_bindings()
{
    return bindings;
}

} // namespace forager::scripting
