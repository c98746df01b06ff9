// One Lua coroutine that the agent runs: the function of an invocation, or what a script spawned. It lives in the Lua
// heap as the userdata that scripts see as a task, and is touched from the strand only.
#pragma once

#include "ports/clock.hpp"
#include "scripting/context.hpp"
#include "scripting/vm/condition.hpp"
#include "scripting/vm/group.hpp"
#include "scripting/vm/operation.hpp"

#include <lua.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace forager::scripting {

class Vm;

/// What only the first task of a call has.
struct Root {
    Context context; ///< counts where the task has no owner
    std::function<void(Outcome)> ended;
    bool waits_for_its_tasks = false; ///< a script's main chunk under `run`; a function cancels what it leaves
    std::function<void(const Failure&)> unheard; ///< of a task of its own; else that fails the owner at its end
    bool any_numbers = false;
    std::function<TimePoint(TimePoint)> clean_up_end; ///< as in `Vm::Call`
    std::function<void()> first_wait;                 ///< as in `Vm::Call`
    std::optional<TimePoint> gone_by{};               ///< after a cancellation: when all tasks below it have ended
};

class Task final : public Timer {
public:
    enum class State : std::uint8_t { ready, running, parked, leaving, ended };
    enum class Cancel : std::uint8_t { none, asked, delivered };

    /// Time is up for what it waits for.
    void fire() override;

    /// A null pointer: an outermost task.
    void belong_to(Task* to);
    void leave_owner();

    /// Whether it is a part of a step of a durable function.
    bool in_step() const;

    /// The key of the recorded step that it is a part of; empty where there is none.
    const std::string& recorded_step() const;

    Vm* vm = nullptr;
    lua_State* thread = nullptr;
    std::unique_ptr<Operation> operation;
    std::unique_ptr<Root> root;

    // The tree of ownership: a function's tasks end before it does.
    Task* owner = nullptr;
    Task* first_child = nullptr;
    Task* next_sibling = nullptr;
    Task* previous_sibling = nullptr;

    Task* next_ready = nullptr;

    // The condition it waits on and its neighbours there.
    Condition* condition = nullptr;
    Task* next_waiter = nullptr;
    Task* previous_waiter = nullptr;

    Condition done;                // woken at the end
    Condition* notified = nullptr; // woke this one alone; passed on when a cancellation is first
    Group* group = nullptr;        // hears of the end, too; kept alive by a user value of the task
    int index_in_group = 0;

    Task* first_failed = nullptr;   // the first task of ours that failed when nobody waited for it
    TimePoint grace_end{};          // when clean-up after a cancellation has lasted long enough
    std::optional<TimePoint> until; // when it goes on in any case, if it is not cancelled

    int anchor = LUA_NOREF; // keeps the task alive while it runs
    int results = 0;        // on top of the thread's stack, when it has ended
    State state = State::ready;
    Cancel cancel = Cancel::none;
    std::string step;        // the key of the outermost one, where it is recorded
    std::uint16_t steps = 0; // of a durable function, that it is in
    bool computes = false;   // its last slice was ended
    bool in_operation = false;
    bool sleeping = false; // parked until a time, and nothing else
    bool timed_out = false;
    bool failed = false;
};

} // namespace forager::scripting
