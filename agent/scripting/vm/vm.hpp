// One script's Lua state and the tasks in it: starts them, parks them while they wait, resumes them in turn, cancels
// them and waits for their end. Everything happens on the strand.
#pragma once

#include "core/outcome.hpp"
#include "ports/clock.hpp"
#include "scripting/context.hpp"
#include "scripting/vm/error_note.hpp"
#include "scripting/vm/heap.hpp"
#include "scripting/vm/ready_queue.hpp"
#include "scripting/vm/slicer.hpp"
#include "scripting/vm/task.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <lua.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace forager::scripting {

class Vm : public std::enable_shared_from_this<Vm> {
public:
    struct Config {
        std::size_t heap_limit = Heap::default_limit;
        lua_Hook line_hook = nullptr;                 ///< called for each line of scripts that runs
        std::optional<std::size_t> tasks{};           ///< how many it may have spawned at once
        Duration clean_up = std::chrono::seconds{10}; ///< how long `<close>` handlers may go on after a cancellation
    };

    Vm(boost::asio::any_io_executor executor, Clock& clock, Slicer& slicer, Config config);
    Vm(const Vm&) = delete;
    Vm& operator=(const Vm&) = delete;
    ~Vm();

    static Vm& of(lua_State* L) { return **static_cast<Vm**>(lua_getextraspace(L)); }

    /// The main state: for setting up, never for running scripts.
    lua_State* state() const { return state_; }
    Clock& clock() const { return clock_; }
    Slicer& slicer() const { return slicer_; }
    const Heap& heap() const { return heap_; }

    struct Call {
        int function = LUA_NOREF;   ///< a reference in the registry
        std::vector<int> leading{}; ///< references whose values are passed first
        std::vector<Value> args{};  ///< then these
        Context context;
        bool waits_for_its_tasks = false;
        Task* within = nullptr; ///< the outermost task that it is a part of, and that its tasks go on under
        std::function<void(const Failure&)> unheard{}; ///< hears of tasks whose failure nobody else heard of
        bool any_numbers = false;                      ///< its results may be NaN and infinity
        /// Asked when it is cancelled: when its clean-up must be over, at the latest the time that it is given.
        std::function<TimePoint(TimePoint)> clean_up_end{};
        std::function<void()> first_wait{}; ///< hears once that it lets others run
    };

    /// Runs a function of the state as an outermost task, or within one. Cancelling the awaiting coroutine cancels the
    /// task; either way it returns when the task and all that belongs to it have ended.
    boost::asio::awaitable<Outcome> run(Call call);

    // For C functions that tasks call.

    Task& current() { return *current_; }
    Task* current_or_null() { return current_; }

    /// Code that runs while the loop does and no task does: of a task that waits.
    template <class Work> void on_behalf_of(Task& task, const Work& work)
    {
        Task* const before = std::exchange(current_, &task);
        work();
        current_ = before;
    }

    /// On whose behalf the current task runs.
    const Context& context() const;

    /// Whether a C function may suspend the task that runs on `L`; if not, pushes an error that says where and why not.
    bool may_wait(lua_State* L);

    // What a C function returns in order to wait. `may_wait` must have been true.
    int wait_for_operation(lua_State* L); ///< the one in `current().operation`
    int wait_until(lua_State* L, TimePoint when);
    int wait_on(lua_State* L, Condition& condition, std::optional<TimePoint> until); ///< gives false when time is up
    int wait_for_turn(lua_State* L);

    /// Whether one more task may be spawned; if not, pushes an error that names the limit.
    bool may_spawn(lua_State* L);

    /// Makes a task that runs the function and its arguments, which are the top `count` + 1 values, and replaces them
    /// by the task. It belongs to the current task, or to the outermost one.
    int spawn(lua_State* L, int count, bool for_script);

    void cancel(Task& task);
    void wake(Task& task);
    void wake_one(Condition& condition);
    void wake_all(Condition& condition);

    /// Somebody learns how the task ended: its failure no longer fails its owner.
    void hear(Task& task);

    /// Whether the value at `index` is what a cancelled task is ended with, which no pcall may stop.
    bool is_cancellation(lua_State* L, int index) const;

    /// The scripts' coroutines: the one that runs now, and whether waiting is impossible in it.
    void enter(lua_State* coroutine, bool unyieldable);
    void leave(lua_State* outer, bool unyieldable);
    bool suspending() const { return suspending_; }

    /// The hook of the `Slicer`: the running task makes room for others.
    static void slice_over(lua_State* L, lua_Debug* frame);

    /// Pushes the error; the one that stands for "not enough memory" if there isn't enough for it.
    void push_error(lua_State* L, const Failure& failure);

    /// Pushes the error that stands for "not enough memory".
    void push_memory_failure(lua_State* L);

    ErrorNote& note() { return note_; }

private:
    static int task_main(lua_State* L);
    static int task_main_ended(lua_State* L, int status, lua_KContext context);
    static int waited(lua_State* L, int status, lua_KContext kind);

    static void open_tasks(lua_State* L);
    bool keep_errors();
    void start_root(Call call, std::function<void(Outcome)> ended, Task*& root);
    int begin(lua_State* L, int count, bool for_script);
    Task& new_task(lua_State* L);
    void make_ready(Task& task);
    void pump();
    void go_on_in_spare_time(Task& task);
    void resume(Task& task);
    void function_ended(Task& task);
    void leave_tasks(Task& task);
    void hand_over_tasks(Task& task);
    void end(Task& task);
    void keep_failure(Task& child, Task& owner);
    void tell_group(Task& task);
    void release(Task& task);
    Outcome outcome_of(Task& task);
    Failure failure_of(lua_State* L, int index);
    void cancel_call(Task& root);
    void hurry(Task& task);
    void arm(Task& task, std::optional<TimePoint> when);
    TimePoint clean_up_end(const Task& task) const;
    bool cancel_is_due(Task& task) const;
    static void push_cancellation(lua_State* L);
    int raise_cancellation(lua_State* L, Task& task);
    void note_full_heap() noexcept;
    std::optional<TimePoint> bounded(const Task& task, std::optional<TimePoint> when) const;

    boost::asio::any_io_executor executor_;
    Clock& clock_;
    Slicer& slicer_;
    Config config_;
    Heap heap_;
    lua_State* state_;
    Task* current_ = nullptr;
    ReadyQueue ready_;
    ReadyQueue computing_;    // what computes for long: the others come first
    std::size_t spawned_ = 0; // tasks that have not ended, without those of calls
    bool pump_posted_ = false;
    bool suspending_ = false;  // the yield that is on its way is a wait, not a yield of the script's own
    bool slice_ended_ = false; // a task computed for so long that everybody else comes first now
    int unyieldable_ = 0;      // script coroutines below which nothing can wait
    ErrorNote note_;
    std::string full_at_; // where the script was when its heap was full
};

} // namespace forager::scripting
