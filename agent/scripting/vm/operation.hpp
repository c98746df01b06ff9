// What a task waits for when it waits for the world outside: something that starts, ends, and can be told to end early.
#pragma once

#include "core/outcome.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <lua.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace forager::scripting {

class Operation {
public:
    virtual ~Operation() = default;

    /// Begins; calls `done` once, at any time after that, also from within.
    virtual void start(const boost::asio::any_io_executor& executor, std::function<void()> done) = 0;

    /// Asks for an early end, which still comes through `done`.
    virtual void cancel() = 0;

    /// Pushes the results and returns their number, or pushes an error and returns -1. Raises only "not enough memory".
    virtual int finish(lua_State* L) = 0;
};

/// Awaits a coroutine.
class Awaited final : public Operation {
public:
    explicit Awaited(boost::asio::awaitable<Outcome> work) : work_{std::move(work)} {}

    void start(const boost::asio::any_io_executor& executor, std::function<void()> done) override;
    void cancel() override;
    int finish(lua_State* L) override;

private:
    void ended(std::exception_ptr thrown, Outcome outcome);

    std::optional<boost::asio::awaitable<Outcome>> work_;
    Outputs outputs_;
    std::optional<Failure> failure_;
    boost::asio::cancellation_signal signal_;
};

} // namespace forager::scripting
