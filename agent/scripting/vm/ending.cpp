// How tasks end: their own tasks first, then whoever waits for them hears of it.
#include "scripting/vm/vm.hpp"

#include "scripting/lua_failure.hpp"
#include "scripting/lua_value.hpp"

#include <utility>

namespace forager::scripting {

void Vm::leave_tasks(Task& task)
{
    for (Task* child = task.first_child; child != nullptr;) {
        Task* const next = child->next_sibling;
        cancel(*child);
        child = next;
    }
}

// To the task that it was run within.
void Vm::hand_over_tasks(Task& task)
{
    while (Task* const child = task.first_child) {
        child->leave_owner();
        child->belong_to(task.owner);
    }
}

void Vm::function_ended(Task& task)
{
    task.state = Task::State::leaving;
    if (task.root && task.owner != nullptr && task.cancel == Task::Cancel::none)
        hand_over_tasks(task);
    const bool waits = task.root && task.root->waits_for_its_tasks && !task.failed && task.first_failed == nullptr &&
                       task.cancel == Task::Cancel::none;
    if (!waits)
        leave_tasks(task);
    if (task.first_child == nullptr)
        end(task);
}

void Vm::end(Task& task)
{
    if (!task.failed && task.first_failed != nullptr) {
        // What failed unheard must not be lost with its owner.
        lua_settop(task.thread, 0);
        lua_pushvalue(task.first_failed->thread, -1);
        lua_xmove(task.first_failed->thread, task.thread, 1);
        task.failed = true;
        task.results = 1;
    }
    if (task.first_failed != nullptr)
        hear(*task.first_failed);
    task.state = Task::State::ended;
    spawned_ -= task.root ? 0 : 1;
    const bool awaited = task.done.first() != nullptr || task.group != nullptr || task.root;
    wake_all(task.done);
    if (task.group != nullptr)
        tell_group(task);
    Task* const owner = task.owner;
    if (owner != nullptr) {
        task.leave_owner();
        if (task.failed && !awaited && task.cancel == Task::Cancel::none)
            keep_failure(task, *owner);
        if (owner->first_failed != &task)
            task.owner = nullptr; // it may be collected before this one
    }
    if (task.root) {
        const auto ended = std::move(task.root->ended);
        Outcome outcome = outcome_of(task);
        release(task);
        ended(std::move(outcome));
    } else if (owner == nullptr || owner->first_failed != &task) {
        release(task);
    }
    if (owner != nullptr && owner->state == Task::State::leaving && owner->first_child == nullptr)
        end(*owner);
}

void Vm::tell_group(Task& task)
{
    Group& group = *task.group;
    task.next_ready = nullptr;
    (group.last_ended == nullptr ? group.first_ended : group.last_ended->next_ready) = &task;
    group.last_ended = &task;
    wake_all(group.changed);
}

void Vm::keep_failure(Task& child, Task& owner)
{
    if (owner.root && owner.root->unheard) {
        owner.root->unheard(failure_of(child.thread, -1));
        return;
    }
    if (owner.first_failed == nullptr)
        owner.first_failed = &child;
    // The script is over but for its tasks: nobody is left who could hear of it.
    if (owner.state == Task::State::leaving)
        leave_tasks(owner);
}

void Vm::hear(Task& task)
{
    if (task.owner == nullptr || task.owner->first_failed != &task)
        return;
    task.owner->first_failed = nullptr;
    task.owner = nullptr;
    release(task);
}

void Vm::release(Task& task)
{
    luaL_unref(state_, LUA_REGISTRYINDEX, std::exchange(task.anchor, LUA_NOREF));
}

Outcome Vm::outcome_of(Task& task)
{
    lua_State* L = task.thread;
    if (task.failed)
        return failure_of(L, -1);
    const Numbers numbers = task.root->any_numbers ? Numbers::any : Numbers::finite;
    if (auto values = to_values(L, lua_gettop(L) - task.results + 1, "the result", numbers))
        return std::move(*values);
    else
        return values.error();
}

Failure Vm::failure_of(lua_State* L, int index)
{
    Failure failure = to_failure(L, index);
    note_.complete(L, index, failure);
    return failure;
}

} // namespace forager::scripting
