#include "scripting/vm/vm.hpp"

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
const char raised_key = 0;

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
        vm.note().take(L, 1);
    return 1;
}

Failure full_heap(std::size_t limit)
{
    return {Errc::limit, "the script's Lua heap is full: it may hold " + bytes_text(limit)};
}

int collect_task(lua_State* L)
{
    auto* task = static_cast<Task*>(lua_touserdata(L, 1));
    task->vm->clock().disarm(*task);
    task->~Task();
    return 0;
}

} // namespace

Vm::Vm(asio::any_io_executor executor, Clock& clock, Slicer& slicer, Config config)
    : executor_{std::move(executor)},
      clock_{clock},
      slicer_{slicer},
      config_{config},
      heap_{config.heap_limit, [this] { note_full_heap(); }},
      state_{lua_newstate(&Heap::allocate, &heap_)}
{
    if (state_ == nullptr)
        throw std::bad_alloc{};
    *static_cast<Vm**>(lua_getextraspace(state_)) = this;
    auto open = [](lua_State* L) {
        open_values(L);
        open_failures(L);
        ErrorNote::open(L);
        lua_createtable(L, 0, 1);
        lua_pushcfunction(L, collect_task);
        lua_setfield(L, -2, "__gc");
        lua_setfield(L, LUA_REGISTRYINDEX, "forager.task");
    };
    Failure cancelled{Errc::cancelled, "cancelled"};
    Failure memory = full_heap(config.heap_limit);
    auto make_failures = [&](lua_State* L) {
        push_failure(L, cancelled);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &cancellation_key);
        push_failure(L, memory);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &memory_key);
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
    root->root = std::make_unique<Root>(
        Root{call.context, std::move(ended), call.waits_for_its_tasks, std::move(call.unheard), call.any_numbers});
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

void Vm::make_ready(Task& task)
{
    task.state = Task::State::ready;
    ready_.push(task);
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
    for (int resumed = 1; !ready_.empty(); ++resumed) {
        resume(ready_.pop());
        const bool look = resumed % tasks_between_looks == 0 && TimePoint{std::chrono::steady_clock::now()} > until;
        if (look || std::exchange(slice_ended_, false))
            break;
    }
    pump_posted_ = !ready_.empty();
    if (pump_posted_)
        slicer_.spare_time().post(executor_, [self = shared_from_this()] { self->pump(); });
}

void Vm::go_on_in_spare_time(Task& task)
{
    task.state = Task::State::ready;
    task.computes = true;
    computing_.push(task);
    slicer_.spare_time().post(executor_, [self = shared_from_this()] { self->resume(self->computing_.pop()); });
}

void Vm::resume(Task& task)
{
    const int arguments = std::exchange(task.results, 0);
    task.state = Task::State::running;
    current_ = &task;
    suspending_ = false;
    slicer_.running(task.thread, true);
    if (std::exchange(task.computes, false))
        slicer_.shorten();
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

void Vm::push_cancellation(lua_State* L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &cancellation_key);
}

bool Vm::is_cancellation(lua_State* L, int index) const
{
    if (lua_type(L, index) != LUA_TTABLE)
        return false;
    const void* error = lua_topointer(L, index);
    push_cancellation(L);
    const bool same = lua_topointer(L, -1) == error;
    lua_pop(L, 1);
    return same;
}

void Vm::push_error(lua_State* L, const Failure& failure)
{
    auto push = [&](lua_State* inner) {
        push_failure(inner, failure);
        lua_rawsetp(inner, LUA_REGISTRYINDEX, &raised_key);
    };
    const Heap::Reserve reserve{heap_};
    const bool pushed = protect(L, push) == LUA_OK;
    if (!pushed)
        lua_pop(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, pushed ? &raised_key : &memory_key);
}

void Vm::note_full_heap() noexcept
{
    lua_State* const L = current_ == nullptr ? nullptr : slicer_.running();
    if (L == nullptr)
        return;
    try {
        full_at_ = place_of(L);
    } catch (const std::bad_alloc&) {
        full_at_.clear(); // the error does without its place
    }
}

void Vm::push_memory_failure(lua_State* L)
{
    Failure failure = full_heap(config_.heap_limit);
    failure.where = std::exchange(full_at_, {});
    push_error(L, failure);
}

const Context& Vm::context() const
{
    const Task* task = current_;
    while (task->owner != nullptr)
        task = task->owner;
    return task->root->context;
}

} // namespace forager::scripting
