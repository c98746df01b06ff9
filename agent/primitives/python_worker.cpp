#include "primitives/python_worker.hpp"

#include "base/duration.hpp"
#include "io/formats/json.hpp"
#include "ports/within.hpp"
#include "primitives/python_interpreter.hpp"
#include "primitives/python_message.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr std::size_t usual_limit = std::size_t{4} * 1024 * 1024; // kept of each output, for failures

bool is_too_large(const std::string& answer)
{
    const auto reply = parse_json(answer);
    const auto* told = reply ? reply->get<Object>() : nullptr;
    return told != nullptr && told->find("too_large") != nullptr;
}

Failure too_late(Duration timeout, Completed heard)
{
    Failure failure{Errc::timed_out, "the Python code did not end within " + to_text(timeout)};
    failure.details.append("stdout", std::move(heard.out));
    failure.details.append("stderr", std::move(heard.err));
    return failure;
}

Result<std::string> request_of(PythonCall& call)
{
    Object env;
    for (auto& [name, value] : call.env)
        env.set(name, std::move(value));
    Object request = python_request(call);
    request.append("env", Value{std::move(env)});
    return encode_json(Value{std::move(request)}, "call");
}

} // namespace

PythonWorker::PythonWorker(ProcessRunner& runner, Clock& clock) : runner_{runner}, clock_{clock} {}

PythonWorker::~PythonWorker()
{
    if (alive())
        interpreter_->stop();
}

bool PythonWorker::alive() const
{
    return interpreter_ && !interpreter_->ended();
}

asio::awaitable<void> PythonWorker::end()
{
    if (!interpreter_)
        co_return;
    const auto interpreter = interpreter_;
    interpreter->stop();
    co_await interpreter->wait_for_end();
}

asio::awaitable<Outcome> PythonWorker::run(PythonCall call)
{
    std::exception_ptr thrown;
    std::optional<Outcome> outcome;
    try {
        outcome.emplace(co_await in_time(std::move(call)));
    } catch (...) {
        thrown = std::current_exception();
    }
    if (!thrown)
        co_return std::move(*outcome);
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await end();
    co_await asio::this_coro::reset_cancellation_state();
    std::rethrow_exception(thrown);
}

asio::awaitable<Outcome> PythonWorker::in_time(PythonCall call)
{
    const std::optional<Duration> timeout = call.timeout;
    if (!timeout) {
        Outcome outcome = co_await attempt(std::move(call));
        co_return outcome;
    }
    std::optional<Outcome> outcome = co_await within(clock_, clock_.now() + *timeout, attempt(std::move(call)));
    if (outcome)
        co_return std::move(*outcome);
    co_await end();
    co_return too_late(*timeout, interpreter_ ? interpreter_->heard() : Completed{});
}

asio::awaitable<Outcome> PythonWorker::attempt(PythonCall call)
{
    LineSink* const lines = call.lines;
    const std::size_t limit = call.limit.value_or(usual_limit);
    const std::string python = interpreter_of(call);
    const auto request = request_of(call);
    if (!request)
        co_return request.error();
    if (!alive()) {
        const auto started = co_await start(python, call.cwd);
        if (!started)
            co_return started.error();
    }
    const auto interpreter = interpreter_;
    interpreter->listen(lines, limit);
    const auto answer = co_await interpreter->ask(clock_, *request);
    interpreter->listen_no_more();
    Completed heard = interpreter->heard();
    if (!answer)
        co_return python_outcome("", std::move(heard));
    if (is_too_large(*answer))
        co_return python_answer_too_large();
    co_return python_outcome(*answer, std::move(heard));
}

asio::awaitable<Result<void>> PythonWorker::start(std::string python, std::string cwd)
{
    Command command;
    command.title = "the Python session";
    command.argv = {std::move(python), "-u", "-c", python_harness()};
    command.cwd = std::move(cwd);
    command.forked = true;
    const auto executor = co_await asio::this_coro::executor;
    interpreter_ = std::make_shared<Interpreter>(executor);
    Result<void> started = co_await Interpreter::start(interpreter_, runner_, std::move(command));
    co_return started;
}

} // namespace forager
