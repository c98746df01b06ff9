// The runtime with everything it stands on, under a virtual clock and a seed: what most tests of the runtime begin
// with.
#pragma once

#include "io/entropy.hpp"
#include "ports/cancellation.hpp"
#include "recording_observer.hpp"
#include "runtime/workflow_runner.hpp"
#include "scripted_handler.hpp"
#include "virtual_clock.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace forager::test {

/// A coroutine that somebody outside of the loop began.
template <class T> struct Begun {
    std::optional<T> value;
    std::exception_ptr thrown;
    boost::asio::cancellation_signal signal;

    bool ended() const { return value || thrown; }
    void cancel() { signal.emit(boost::asio::cancellation_type::terminal); }
};

inline boost::asio::awaitable<bool> and_true(boost::asio::awaitable<void> work)
{
    co_await std::move(work);
    co_return true;
}

struct World {
    explicit World(std::uint64_t seed = 1, SchedulerConfig config = {}) : random{seed}, config{config} {}
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    ~World() = default;

    void add(Function function, std::shared_ptr<Handler> handler)
    {
        if (auto added = registry.add(std::move(function), std::move(handler)); !added)
            throw std::logic_error{added.error().message};
    }

    void add(std::string name, std::shared_ptr<Handler> handler)
    {
        Function function;
        function.name = std::move(name);
        function.variadic = true;
        add(std::move(function), std::move(handler));
    }

    /// Begins it; drive the clock to see it end. `begun` must live as long as it runs.
    template <class T> void begin(Begun<T>& begun, boost::asio::awaitable<T> work)
    {
        boost::asio::co_spawn(
            io, std::move(work),
            boost::asio::bind_cancellation_slot(begun.signal.slot(), [&begun](std::exception_ptr thrown, T value) {
                begun.thrown = thrown;
                if (!thrown)
                    begun.value.emplace(std::move(value));
            }));
    }

    template <class T> void finish(Begun<T>& begun)
    {
        clock.run_until(io, [&] { return begun.ended(); });
        clock.run_for(io, {});
    }

    template <class T> T run(boost::asio::awaitable<T> work)
    {
        Begun<T> begun;
        begin(begun, std::move(work));
        finish(begun);
        if (begun.thrown)
            std::rethrow_exception(begun.thrown);
        return std::move(*begun.value);
    }

    void run(boost::asio::awaitable<void> work) { (void)run(and_true(std::move(work))); }

    Outcome call(Invocation invocation) { return run(scheduler.call(std::move(invocation))); }

    boost::asio::io_context io{1};
    VirtualClock clock;
    SystemRandom random;
    RecordingObserver observer{clock};
    Registry registry;
    SchedulerConfig config;
    Scheduler scheduler{io.get_executor(), registry, clock, random, observer, config};
    WorkflowRunner runner{scheduler};
};

inline Invocation calling(std::string function, std::vector<Value> args = {})
{
    Invocation invocation;
    invocation.function = std::move(function);
    invocation.args = std::move(args);
    return invocation;
}

} // namespace forager::test
