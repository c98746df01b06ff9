// How tasks wait, and how they are woken and cancelled meanwhile.
#include "scripting/vm/vm.hpp"

#include "scripting/lua_failure.hpp"
#include "scripting/vm/barrier.hpp"

#include <algorithm>

namespace forager::scripting {

namespace {

enum Kind : lua_KContext { turn, sleep, condition, operation };

} // namespace

bool Vm::may_wait(lua_State* L)
{
    if (current_ != nullptr && lua_isyieldable(L) != 0 && unyieldable_ == 0)
        return true;
    Failure failure{Errc::script, current_ == nullptr ? "this cannot wait here: no task is running"
                                                      : "this call waits, and Lua cannot wait inside '" +
                                                            barrier_of(L) + "': make the call before or after it"};
    failure.where = place_of(L);
    push_error(L, failure);
    return false;
}

bool Vm::cancel_is_due(Task& task) const
{
    if (task.cancel == Task::Cancel::asked)
        return true;
    return task.cancel == Task::Cancel::delivered && clock_.now() >= clean_up_end(task);
}

// Its own, and at most that of the calls that it is a part of.
TimePoint Vm::clean_up_end(const Task& task) const
{
    TimePoint end = task.grace_end;
    for (const Task* part = &task; part != nullptr; part = part->owner)
        if (part->root && part->root->gone_by)
            end = std::min(end, *part->root->gone_by);
    return end;
}

int Vm::raise_cancellation(lua_State* L, Task& task)
{
    if (task.cancel == Task::Cancel::asked)
        task.grace_end = clock_.now() + config_.clean_up;
    task.cancel = Task::Cancel::delivered;
    push_cancellation(L);
    return lua_error(L);
}

std::optional<TimePoint> Vm::bounded(const Task& task, std::optional<TimePoint> when) const
{
    if (task.cancel != Task::Cancel::delivered)
        return when;
    const TimePoint end = clean_up_end(task);
    return when ? std::min(*when, end) : end;
}

void Vm::arm(Task& task, std::optional<TimePoint> when)
{
    task.until = when;
    if (const auto limit = bounded(task, when))
        clock_.arm(task, *limit);
}

int Vm::wait_for_operation(lua_State* L)
{
    Task& task = current();
    if (cancel_is_due(task)) {
        task.operation.reset();
        return raise_cancellation(L, task);
    }
    task.in_operation = true;
    task.state = Task::State::parked;
    task.timed_out = false;
    arm(task, {});
    suspending_ = true;
    return lua_yieldk(L, 0, Kind::operation, waited);
}

int Vm::wait_until(lua_State* L, TimePoint when)
{
    Task& task = current();
    if (cancel_is_due(task))
        return raise_cancellation(L, task);
    task.state = Task::State::parked;
    task.sleeping = true;
    arm(task, when);
    suspending_ = true;
    return lua_yieldk(L, 0, Kind::sleep, waited);
}

int Vm::wait_on(lua_State* L, Condition& condition, std::optional<TimePoint> until)
{
    Task& task = current();
    if (cancel_is_due(task))
        return raise_cancellation(L, task);
    task.state = Task::State::parked;
    task.timed_out = false;
    condition.add(task);
    arm(task, until);
    suspending_ = true;
    return lua_yieldk(L, 0, Kind::condition, waited);
}

int Vm::wait_for_turn(lua_State* L)
{
    Task& task = current();
    if (cancel_is_due(task))
        return raise_cancellation(L, task);
    make_ready(task);
    suspending_ = true;
    return lua_yieldk(L, 0, Kind::turn, waited);
}

int Vm::waited(lua_State* L, int, lua_KContext kind)
{
    Vm& vm = of(L);
    Task& task = vm.current();
    Condition* const notified = std::exchange(task.notified, nullptr);
    if (vm.cancel_is_due(task)) {
        task.operation.reset();
        if (notified != nullptr)
            vm.wake_one(*notified);
        return vm.raise_cancellation(L, task);
    }
    if (kind == Kind::condition) {
        lua_pushboolean(L, task.timed_out ? 0 : 1);
        return 1;
    }
    if (kind != Kind::operation)
        return 0;
    const int results = task.operation->finish(L);
    task.operation.reset();
    return results < 0 ? lua_error(L) : results;
}

void Vm::slice_over(lua_State* L, lua_Debug*)
{
    Vm& vm = of(L);
    lua_sethook(L, vm.config_.line_hook, vm.config_.line_hook == nullptr ? 0 : LUA_MASKLINE, 0);
    if (vm.current_ == nullptr)
        return;
    Task& task = vm.current();
    if (vm.slicer_.interrupted() && task.cancel == Task::Cancel::none)
        task.cancel = Task::Cancel::asked;
    if (vm.cancel_is_due(task)) {
        vm.raise_cancellation(L, task);
    } else if (lua_isyieldable(L) != 0 && vm.unyieldable_ == 0) {
        vm.go_on_in_spare_time(task);
        vm.suspending_ = true;
        vm.slice_ended_ = true;
        lua_yield(L, 0);
    }
}

void Vm::enter(lua_State* coroutine, bool unyieldable)
{
    unyieldable_ += unyieldable ? 1 : 0;
    slicer_.running(coroutine, false);
}

void Vm::leave(lua_State* outer, bool unyieldable)
{
    unyieldable_ -= unyieldable ? 1 : 0;
    slicer_.running(outer, false);
}

void Vm::wake(Task& task)
{
    if (task.state != Task::State::parked)
        return;
    clock_.disarm(task);
    if (task.condition != nullptr)
        task.condition->remove(task);
    task.in_operation = task.sleeping = false;
    make_ready(task);
}

void Vm::wake_one(Condition& condition)
{
    Task* task = condition.first();
    if (task == nullptr)
        return;
    task->notified = &condition;
    wake(*task);
}

void Vm::wake_all(Condition& condition)
{
    while (Task* task = condition.first())
        wake(*task);
}

void Vm::cancel_call(Task& root)
{
    Root& call = *root.root;
    const TimePoint longest = std::min(clock_.now() + config_.clean_up, call.gone_by.value_or(TimePoint::max()));
    call.gone_by = call.clean_up_end ? call.clean_up_end(longest) : longest;
    hurry(root);
    cancel(root);
}

// What cleans up already, for the script had cancelled it, has no more time than the rest.
void Vm::hurry(Task& task)
{
    if (task.state == Task::State::parked && task.cancel == Task::Cancel::delivered)
        arm(task, task.until);
    for (Task* child = task.first_child; child != nullptr; child = child->next_sibling)
        hurry(*child);
}

void Vm::cancel(Task& task)
{
    if (task.cancel != Task::Cancel::none || task.state == Task::State::ended)
        return;
    task.cancel = Task::Cancel::asked;
    if (task.state == Task::State::leaving)
        leave_tasks(task);
    else if (task.state == Task::State::parked && task.in_operation)
        task.operation->cancel();
    else
        wake(task);
}

} // namespace forager::scripting
