#include "primitives/python.hpp"

#include "io/formats/json.hpp"
#include "primitives/python_message.hpp"

#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

Result<Command> command_for(PythonCall& call)
{
    auto input = encode_json(Value{python_request(call)}, "call");
    if (!input)
        return input.error();

    Command command;
    command.title = "the Python code";
    // Unbuffered: who listens hears each line when it is printed.
    command.argv = {interpreter_of(call), "-u", "-c", python_harness()};
    command.input = std::move(*input);
    command.env = std::move(call.env);
    command.cwd = std::move(call.cwd);
    command.folder = std::move(call.folder);
    command.timeout = call.timeout;
    command.limit = call.limit;
    command.report_limit = largest_python_reply;
    command.limits = call.limits;
    command.scope = call.scope;
    command.lines = call.lines;
    command.forked = true;
    return command;
}

} // namespace

asio::awaitable<Outcome> run_python(ProcessRunner& runner, PythonCall call)
{
    if (call.code.empty() == call.file.empty())
        co_return Failure{Errc::bad_arguments, "a Python call needs either `code` or `file`"};
    Result<Command> command = command_for(call);
    if (!command)
        co_return command.error();
    const PythonOrigin origin{*command};
    Result<Completed> done = co_await runner.run(std::move(*command));
    if (!done)
        co_return python_runner_failure(done.error(), origin);
    if (done->report_cut)
        co_return python_answer_too_large();
    const std::string answer = std::move(done->report);
    co_return python_outcome(answer, std::move(*done));
}

} // namespace forager
