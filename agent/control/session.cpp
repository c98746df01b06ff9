#include "control/session.hpp"

#include "base/duration.hpp"
#include "control/description.hpp"
#include "io/formats/json.hpp"

#include <utility>

namespace forager::control {

namespace asio = boost::asio;

namespace {

Invocation invocation_of(const std::string& id, const std::string& name)
{
    Invocation invocation;
    invocation.id = id;
    invocation.function = name;
    invocation.source = "repl";
    return invocation;
}

} // namespace

LiveSession::LiveSession(std::shared_ptr<scripting::Script> script, Origin origin, const Clock& clock,
                         SessionLimits limits)
    : origin_{std::move(origin)},
      clock_{clock},
      limits_{limits},
      stream_{script->world().executor, limits.output},
      session_{script, invocation_of(origin_.id, script->path()), *this},
      begun_{clock.now()},
      last_input_{begun_}
{
}

asio::awaitable<void> LiveSession::run()
{
    std::optional<Failure> failure;
    try {
        const Outcome outcome = co_await session_.run();
        if (!outcome)
            failure = outcome.error();
    } catch (...) {
        failure = Failure{Errc::cancelled, reason_}; // who closes it cancels this
    }
    stream_.tell({{"event", "closed"}, {"error", failure_data(failure.value_or(Failure{}))}});
    stream_.end();
}

asio::awaitable<void> LiveSession::announce()
{
    const Result<void> ready = co_await session_.ready();
    if (ready)
        stream_.tell({{"event", "ready"}, {"id", origin_.id}});
}

Result<std::int64_t> LiveSession::accept()
{
    if (evaluating_)
        return Failure{Errc::refused, "the session runs another input: wait for its answer, or cancel it"};
    evaluating_ = true;
    last_input_ = clock_.now();
    return ++inputs_;
}

asio::awaitable<void> LiveSession::evaluate(std::int64_t number, std::string text, std::int64_t line)
{
    const Outcome outcome = co_await session_.evaluate(std::move(text), line);
    evaluating_ = false;
    last_input_ = clock_.now();
    stream_.tell(answer_of(number, outcome));
}

Object LiveSession::answer_of(std::int64_t number, const Outcome& outcome) const
{
    Object answer{{"event", "answer"}, {"number", number}};
    if (!outcome) {
        answer.append("error", failure_data(outcome.error()));
        return answer;
    }
    const Value text = outcome->empty() ? Value{} : outcome->front();
    const Value result = outcome->size() < 2 ? Value{} : (*outcome)[1];
    const auto json = encode_json(result, "the result");
    if (to_json(text).size() + (json ? json->size() : 0) > limits_.output) {
        const Failure large{Errc::limit, "the result is larger than a session tells: show a part of it"};
        answer.append("error", failure_data(large));
        return answer;
    }
    answer.append("text", text);
    if (json)
        answer.append("result", result);
    else
        answer.append("unsaid", failure_data(json.error()));
    return answer;
}

asio::awaitable<void> LiveSession::idle(Clock& clock)
{
    for (;;) {
        const Duration left = evaluating_ ? limits_.idle : last_input_ + limits_.idle - clock.now();
        if (left <= Duration{})
            co_return;
        co_await sleep_for(clock, left);
    }
}

Object LiveSession::description() const
{
    Object data{{"id", origin_.id},
                {"script", session_.script().path()},
                {"age", to_seconds(clock_.now() - begun_)},
                {"inputs", inputs_},
                {"evaluates", evaluating_}};
    if (origin_.uid)
        data.append("uid", *origin_.uid);
    return data;
}

} // namespace forager::control
