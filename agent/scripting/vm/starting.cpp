// How tasks begin: outermost ones, and those that scripts spawn.
#include "scripting/vm/vm.hpp"

#include "scripting/lua_failure.hpp"
#include "scripting/lua_value.hpp"
#include "scripting/vm/protect.hpp"

#include <memory>
#include <new>
#include <utility>

namespace forager::scripting {

namespace {

int note_traceback(lua_State* L)
{
    Vm& vm = Vm::of(L);
    if (!vm.is_cancellation(L, 1))
        vm.note().take(L, 1);
    return 1;
}

int collect_task(lua_State* L)
{
    auto* task = static_cast<Task*>(lua_touserdata(L, 1));
    task->vm->clock().disarm(*task);
    task->~Task();
    return 0;
}

} // namespace

void Vm::open_tasks(lua_State* L)
{
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, collect_task);
    lua_setfield(L, -2, "__gc");
    lua_setfield(L, LUA_REGISTRYINDEX, "forager.task");
}

void Vm::start_root(Call call, std::function<void(Outcome)> ended, Task*& root)
{
    auto prepare = [&](lua_State* L) {
        luaL_checkstack(L, static_cast<int>(call.args.size() + call.leading.size()) + 8, "too many arguments");
        lua_rawgeti(L, LUA_REGISTRYINDEX, call.function);
        for (const int reference : call.leading)
            lua_rawgeti(L, LUA_REGISTRYINDEX, reference);
        for (const Value& arg : call.args)
            push_output(L, arg);
        begin(L, static_cast<int>(call.args.size() + call.leading.size()), false);
        root = static_cast<Task*>(lua_touserdata(L, -1));
    };
    // Whoever happens to run is not its owner.
    Task* const interrupted = std::exchange(current_, call.within);
    const int status = protect(state_, prepare);
    current_ = interrupted;
    if (status != LUA_OK) {
        Failure failure = failure_of(state_, -1);
        lua_pop(state_, 1);
        root = nullptr;
        ended(std::move(failure));
        return;
    }
    root->root =
        std::make_unique<Root>(Root{call.context, std::move(ended), call.waits_for_its_tasks, std::move(call.unheard),
                                    call.any_numbers, std::move(call.clean_up_end), std::move(call.first_wait)});
}

Task& Vm::new_task(lua_State* L)
{
    Task* task = new (lua_newuserdatauv(L, sizeof(Task), 2)) Task;
    task->vm = this;
    luaL_setmetatable(L, "forager.task");
    task->thread = lua_newthread(L);
    lua_setiuservalue(L, -2, 1);
    return *task;
}

bool Vm::may_spawn(lua_State* L)
{
    if (!config_.tasks || spawned_ < *config_.tasks)
        return true;
    Failure failure{Errc::limit, "the script has " + std::to_string(spawned_) +
                                     " tasks at once, as many as limits.tasks allows: join or cancel some first"};
    failure.where = place_of(L);
    push_error(L, failure);
    return false;
}

int Vm::spawn(lua_State* L, int count, bool for_script)
{
    const int results = begin(L, count, for_script);
    ++spawned_;
    return results;
}

int Vm::begin(lua_State* L, int count, bool for_script)
{
    Task& task = new_task(L);
    lua_insert(L, -count - 2); // below the function
    luaL_checkstack(task.thread, count + 4, "too many arguments");
    lua_pushcfunction(task.thread, task_main);
    lua_pushcfunction(task.thread, note_traceback);
    lua_xmove(L, task.thread, count + 1);
    lua_pushvalue(L, -1);
    task.anchor = luaL_ref(L, LUA_REGISTRYINDEX);
    task.results = count + 2; // until it starts: the arguments of task_main
    Task* owner = current_;
    while (for_script && owner != nullptr && owner->owner != nullptr)
        owner = owner->owner;
    task.belong_to(owner);
    make_ready(task);
    return 1;
}

int Vm::task_main(lua_State* L)
{
    Vm& vm = of(L);
    Task& task = vm.current();
    if (task.cancel == Task::Cancel::asked) {
        task.cancel = Task::Cancel::delivered;
        task.failed = true;
        push_cancellation(L);
        return 1;
    }
    const int status = lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 1, 0, task_main_ended);
    return task_main_ended(L, status, 0);
}

int Vm::task_main_ended(lua_State* L, int status, lua_KContext)
{
    Vm& vm = of(L);
    vm.current().failed = status != LUA_OK && status != LUA_YIELD;
    if (status == LUA_ERRMEM)
        vm.push_memory_failure(L);
    return vm.current().failed ? 1 : lua_gettop(L) - 1;
}

} // namespace forager::scripting
