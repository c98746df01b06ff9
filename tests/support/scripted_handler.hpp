// Handlers for tests: functions that return, fail, sleep or throw as told.
#pragma once

#include "ports/clock.hpp"
#include "ports/handler.hpp"

#include <functional>
#include <memory>
#include <utility>

namespace forager::test {

/// Runs a plain function, or one that returns a coroutine.
class ScriptedHandler final : public Handler {
public:
    using Body = std::function<boost::asio::awaitable<Outcome>(const Invocation&, std::vector<Value>)>;

    explicit ScriptedHandler(Body body) : body_{std::move(body)} {}

    boost::asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value> args, Observer&) override
    {
        return body_(invocation, std::move(args));
    }

private:
    Body body_;
};

inline Outcome one(Value value)
{
    Outputs outputs;
    outputs.push_back(std::move(value));
    return outputs;
}

inline boost::asio::awaitable<Outcome> after_pause(Clock& clock, Duration pause, Outcome outcome)
{
    co_await sleep_for(clock, pause);
    co_return outcome;
}

inline boost::asio::awaitable<Outcome> at_once(Outcome outcome)
{
    co_return outcome;
}

/// Computes its outcome from the arguments, without waiting.
inline std::shared_ptr<Handler> computes(std::function<Outcome(std::vector<Value>)> compute)
{
    return std::make_shared<ScriptedHandler>(
        [compute = std::move(compute)](const Invocation&, std::vector<Value> args) {
            return at_once(compute(std::move(args)));
        });
}

inline std::shared_ptr<Handler> gives(Outcome outcome)
{
    return std::make_shared<ScriptedHandler>(
        [outcome = std::move(outcome)](const Invocation&, std::vector<Value>) { return at_once(outcome); });
}

inline std::shared_ptr<Handler> gives_after(Clock& clock, Duration pause, Outcome outcome)
{
    return std::make_shared<ScriptedHandler>(
        [&clock, pause, outcome = std::move(outcome)](const Invocation&, std::vector<Value>) {
            return after_pause(clock, pause, outcome);
        });
}

} // namespace forager::test
