#include "scripting/vm.hpp"

#include "base/text.hpp"
#include "scripting/lua_failure.hpp"
#include "scripting/lua_value.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <new>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

// Their addresses name values in the registry.
const char cancellation_key = 0;
const char memory_key = 0;
const char noted_key = 0;

enum Kind : lua_KContext { turn, sleep, condition, operation };

// How long tasks run in a row before the loop looks at everything else.
constexpr Duration pump_time = std::chrono::milliseconds{5};

// Runs `work`, which may raise Lua errors and must not hold C++ objects of its own, and gives the status.
template <class Work> int protect(lua_State* L, Work& work)
{
    lua_pushcfunction(L, [](lua_State* inner) {
        (*static_cast<Work*>(lua_touserdata(inner, 1)))(inner);
        return 0;
    });
    lua_pushlightuserdata(L, &work);
    return lua_pcall(L, 1, 0, 0);
}

int note_traceback(lua_State* L)
{
    Vm& vm = Vm::of(L);
    if (!vm.is_cancellation(L, 1))
        vm.note_error(L, 1);
    return 1;
}

int collect_task(lua_State* L)
{
    auto* task = static_cast<Task*>(lua_touserdata(L, 1));
    task->vm->clock().disarm(*task);
    task->~Task();
    return 0;
}

// The name under which a library has the function on top of the stack, or nothing.
std::optional<std::string> library_name(lua_State* L)
{
    for (const char* library : {"table", "string", "utf8"}) {
        lua_getglobal(L, library);
        for (lua_pushnil(L); lua_istable(L, -2) && lua_next(L, -2) != 0; lua_pop(L, 1)) {
            if (lua_rawequal(L, -1, -4) == 0)
                continue;
            const std::string name{text_at(L, -2)};
            lua_pop(L, 3);
            return std::string{library} + "." + name;
        }
        lua_pop(L, 1);
    }
    return std::nullopt;
}

// The C function that Lua cannot suspend: the innermost one that has called Lua code.
std::string barrier_of(lua_State* L)
{
    lua_Debug frame;
    bool seen_lua = false;
    for (int level = 0; lua_getstack(L, level, &frame) != 0; ++level) {
        lua_getinfo(L, "Snf", &frame);
        const auto name = library_name(L);
        lua_pop(L, 1);
        if (*frame.what != 'C')
            seen_lua = true;
        else if (seen_lua && (name || frame.name != nullptr))
            return name.value_or(frame.name != nullptr ? frame.name : "");
    }
    return "a C function";
}

} // namespace

void Task::fire()
{
    timed_out = true;
    // Clean-up that waits for the world outside is told to end when its time is over.
    if (in_operation)
        operation->cancel();
    else
        vm->wake(*this);
}

Vm::Vm(asio::any_io_executor executor, Clock& clock, Slicer& slicer, Config config)
    : executor_{std::move(executor)},
      clock_{clock},
      slicer_{slicer},
      config_{config},
      heap_{config.heap_limit},
      state_{lua_newstate(&Heap::allocate, &heap_)}
{
    if (state_ == nullptr)
        throw std::bad_alloc{};
    *static_cast<Vm**>(lua_getextraspace(state_)) = this;
    auto open = [](lua_State* L) {
        open_values(L);
        open_failures(L);
        lua_createtable(L, 0, 1);
        lua_pushcfunction(L, collect_task);
        lua_setfield(L, -2, "__gc");
        lua_setfield(L, LUA_REGISTRYINDEX, "forager.task");
    };
    Failure cancelled{Errc::cancelled, "cancelled"};
    Failure memory{Errc::limit, "the script's Lua heap is full: it may hold " + bytes_text(config.heap_limit)};
    auto make_failures = [&](lua_State* L) {
        push_failure(L, cancelled);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &cancellation_key);
        push_failure(L, memory);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &memory_key);
        lua_pushboolean(L, 0);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &noted_key);
    };
    if (protect(state_, open) != LUA_OK || protect(state_, make_failures) != LUA_OK) {
        lua_close(state_);
        throw std::bad_alloc{};
    }
}

Vm::~Vm()
{
    lua_close(state_);
}

// ---- running ----------------------------------------------------------------------------------------------------

asio::awaitable<Outcome> Vm::run(Call call)
{
    const auto self = shared_from_this();
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    Outcome outcome;
    auto start = [&](auto handler) {
        auto slot = asio::get_associated_cancellation_slot(handler);
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        Task* root = nullptr;
        auto ended = [&outcome, shared, slot, executor](Outcome result) mutable {
            slot.clear();
            outcome = std::move(result);
            asio::post(executor, std::move(*shared));
        };
        start_root(std::move(call), std::move(ended), root);
        if (root != nullptr && slot.is_connected())
            slot.assign([self, root](asio::cancellation_type) { self->cancel(*root); });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(start, asio::use_awaitable);
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error{asio::error::operation_aborted};
    co_return outcome;
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
        spawn(L, static_cast<int>(call.args.size() + call.leading.size()), false);
        root = static_cast<Task*>(lua_touserdata(L, -1));
    };
    // An outermost task has no owner, whoever happens to run.
    Task* const interrupted = std::exchange(current_, nullptr);
    const int status = protect(state_, prepare);
    current_ = interrupted;
    if (status != LUA_OK) {
        Failure failure = failure_of(state_, -1);
        lua_pop(state_, 1);
        root = nullptr;
        ended(std::move(failure));
        return;
    }
    root->root = std::make_unique<Root>(Root{call.context, std::move(ended), call.waits_for_its_tasks});
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

int Vm::spawn(lua_State* L, int count, bool for_script)
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
    adopt(task, owner);
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
        lua_rawgetp(L, LUA_REGISTRYINDEX, &cancellation_key);
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

void Vm::make_ready(Task& task)
{
    task.state = Task::State::ready;
    task.next_ready = nullptr;
    (last_ready_ == nullptr ? first_ready_ : last_ready_->next_ready) = &task;
    last_ready_ = &task;
    if (!pump_posted_) {
        pump_posted_ = true;
        asio::post(executor_, [self = shared_from_this()] { self->pump(); });
    }
}

void Vm::pump()
{
    constexpr int tasks_between_looks = 64;
    // The machine's clock, not ours: this is about fairness, whatever time the scripts are told.
    const TimePoint until = TimePoint{std::chrono::steady_clock::now()} + pump_time;
    for (int resumed = 1; first_ready_ != nullptr; ++resumed) {
        Task& task = *first_ready_;
        first_ready_ = task.next_ready;
        if (first_ready_ == nullptr)
            last_ready_ = nullptr;
        resume(task);
        const bool look = resumed % tasks_between_looks == 0 && TimePoint{std::chrono::steady_clock::now()} > until;
        if (look || std::exchange(slice_ended_, false))
            break;
    }
    pump_posted_ = first_ready_ != nullptr;
    if (pump_posted_)
        asio::post(executor_, [self = shared_from_this()] { self->pump(); });
}

void Vm::resume(Task& task)
{
    const int arguments = std::exchange(task.results, 0);
    task.state = Task::State::running;
    current_ = &task;
    suspending_ = false;
    slicer_.running(task.thread, true);
    int results = 0;
    const int status = lua_resume(task.thread, nullptr, arguments, &results);
    slicer_.running(nullptr, false);
    current_ = nullptr;
    unyieldable_ = 0;
    if (status == LUA_YIELD) {
        if (task.in_operation)
            task.operation->start(executor_, [this, &task] { wake(task); });
        return;
    }
    task.failed = task.failed || status != LUA_OK;
    task.results = status == LUA_OK ? results : 1;
    function_ended(task);
}

// ---- waiting ------------------------------------------------------------------------------------------------------

bool Vm::may_wait(lua_State* L)
{
    if (current_ != nullptr && lua_isyieldable(L) != 0 && unyieldable_ == 0)
        return true;
    Failure failure{Errc::script, current_ == nullptr ? "this cannot wait here: no task is running"
                                                      : "this call waits, and Lua cannot wait inside '" +
                                                            barrier_of(L) + "': make the call before or after it"};
    failure.where = place_of(L);
    auto push = [&](lua_State* inner) {
        push_failure(inner, failure);
        lua_setfield(inner, LUA_REGISTRYINDEX, "forager.error");
    };
    protect(L, push);
    lua_getfield(L, LUA_REGISTRYINDEX, "forager.error");
    return false;
}

bool Vm::cancel_is_due(Task& task) const
{
    if (task.cancel == Task::Cancel::asked)
        return true;
    return task.cancel == Task::Cancel::delivered && clock_.now() >= task.grace_end;
}

int Vm::raise_cancellation(lua_State* L, Task& task)
{
    if (task.cancel == Task::Cancel::asked)
        task.grace_end = clock_.now() + config_.clean_up;
    task.cancel = Task::Cancel::delivered;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &cancellation_key);
    return lua_error(L);
}

std::optional<TimePoint> Vm::bounded(const Task& task, std::optional<TimePoint> when) const
{
    if (task.cancel != Task::Cancel::delivered)
        return when;
    return when ? std::min(*when, task.grace_end) : task.grace_end;
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
    if (const auto limit = bounded(task, {}))
        clock_.arm(task, *limit);
    suspending_ = true;
    return lua_yieldk(L, 0, Kind::operation, waited);
}

int Vm::wait_until(lua_State* L, TimePoint when)
{
    Task& task = current();
    if (cancel_is_due(task))
        return raise_cancellation(L, task);
    task.state = Task::State::parked;
    clock_.arm(task, *bounded(task, when));
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
    if (const auto limit = bounded(task, until))
        clock_.arm(task, *limit);
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
    lua_sethook(L, nullptr, 0, 0);
    Vm& vm = of(L);
    if (vm.current_ == nullptr)
        return;
    Task& task = vm.current();
    if (vm.slicer_.interrupted() && task.cancel == Task::Cancel::none)
        task.cancel = Task::Cancel::asked;
    if (vm.cancel_is_due(task)) {
        vm.raise_cancellation(L, task);
    } else if (lua_isyieldable(L) != 0 && vm.unyieldable_ == 0) {
        vm.make_ready(task);
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
    task.in_operation = false;
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

// ---- ending -------------------------------------------------------------------------------------------------------

void Vm::adopt(Task& child, Task* owner)
{
    child.owner = owner;
    if (owner == nullptr)
        return;
    child.next_sibling = owner->first_child;
    if (owner->first_child != nullptr)
        owner->first_child->previous_sibling = &child;
    owner->first_child = &child;
}

void Vm::abandon(Task& child)
{
    (child.previous_sibling == nullptr ? child.owner->first_child : child.previous_sibling->next_sibling) =
        child.next_sibling;
    if (child.next_sibling != nullptr)
        child.next_sibling->previous_sibling = child.previous_sibling;
    child.next_sibling = child.previous_sibling = nullptr;
}

void Vm::leave_tasks(Task& task)
{
    for (Task* child = task.first_child; child != nullptr;) {
        Task* const next = child->next_sibling;
        cancel(*child);
        child = next;
    }
}

void Vm::function_ended(Task& task)
{
    task.state = Task::State::leaving;
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
    const bool awaited = task.done.first() != nullptr || task.group != nullptr;
    wake_all(task.done);
    if (task.group != nullptr)
        tell_group(task);
    Task* const owner = task.owner;
    if (owner != nullptr) {
        abandon(task);
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
        return;
    }
    if (owner == nullptr || owner->first_failed != &task)
        release(task);
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
    if (auto values = to_values(L, lua_gettop(L) - task.results + 1, "the result"))
        return std::move(*values);
    else
        return values.error();
}

Failure Vm::failure_of(lua_State* L, int index)
{
    Failure failure = to_failure(L, index);
    if (note_.error == nullptr || note_.error != lua_topointer(L, index))
        return failure;
    const bool shortened = failure.where.starts_with("..."); // as Lua shortens the names of files
    if (failure.where.empty() || shortened)
        failure.where = note_.where;
    if (failure.traceback.empty())
        failure.traceback = note_.traceback;
    return failure;
}

void Vm::note_error(lua_State* L, int index)
{
    const void* error = lua_topointer(L, index);
    if (error == nullptr || error == note_.error)
        return;
    note_ = {error, place_of(L), traceback_of(L)};
    lua_pushvalue(L, index); // kept alive, so that its address stays its own
    lua_rawsetp(L, LUA_REGISTRYINDEX, &noted_key);
}

bool Vm::is_cancellation(lua_State* L, int index) const
{
    if (lua_type(L, index) != LUA_TTABLE)
        return false;
    const void* error = lua_topointer(L, index);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &cancellation_key);
    const bool same = lua_topointer(L, -1) == error;
    lua_pop(L, 1);
    return same;
}

void Vm::push_memory_failure(lua_State* L) const
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &memory_key);
}

const Context& Vm::context() const
{
    const Task* task = current_;
    while (task->owner != nullptr)
        task = task->owner;
    return task->root->context;
}

} // namespace forager::scripting
