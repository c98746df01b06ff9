#include "scripting/vm/vm.hpp"

#include "scripting/lua_failure.hpp"
#include "scripting/lua_value.hpp"
#include "scripting/vm/protect.hpp"

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

// How long tasks run in a row before the loop looks at everything else.
constexpr Duration pump_time = std::chrono::milliseconds{5};

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
        open_tasks(L);
    };
    if (protect(state_, open) != LUA_OK || !keep_errors()) {
        lua_close(state_);
        throw std::bad_alloc{};
    }
    if (config_.line_hook != nullptr)
        lua_sethook(state_, config_.line_hook, LUA_MASKLINE, 0); // tasks and coroutines inherit it
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
            slot.assign([self, root](asio::cancellation_type) { self->cancel_call(*root); });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(start, asio::use_awaitable);
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error{asio::error::operation_aborted};
    co_return outcome;
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
        if (task.root && task.root->first_wait)
            std::exchange(task.root->first_wait, {})();
        return;
    }
    task.failed = task.failed || status != LUA_OK;
    task.results = status == LUA_OK ? results : 1;
    function_ended(task);
}

const Context& Vm::context() const
{
    const Task* task = current_;
    while (task->owner != nullptr)
        task = task->owner;
    return task->root->context;
}

} // namespace forager::scripting
