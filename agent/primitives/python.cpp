#include "primitives/python.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "io/formats/json.hpp"
#include "primitives/python_harness.hpp"
#include "primitives/unix.hpp"

#include <filesystem>
#include <utility>

namespace forager {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t largest_reply = std::size_t{64} * 1024 * 1024;

std::string interpreter_of(const PythonCall& call)
{
    if (call.python.empty())
        return "python3";
    std::error_code ignored;
    const fs::path place = fs::path{call.cwd} / call.python;
    if (!fs::is_directory(place, ignored))
        return call.python;
    return (fs::absolute(place, ignored) / "bin" / "python3").string();
}

Result<Command> command_for(PythonCall& call)
{
    Object request;
    request.append("code", std::move(call.code));
    request.append("file", call.file);
    request.append("call", std::move(call.call));
    request.append("args", Value{std::move(call.args)});
    request.append("kwargs", Value{std::move(call.kwargs)});
    request.append("ctx", call.context ? Value{std::move(*call.context)} : Value{});
    auto input = encode_json(Value{std::move(request)}, "call");
    if (!input)
        return input.error();

    Command command;
    command.title = "the Python code";
    // Unbuffered: who listens hears each line when it is printed.
    command.argv = {interpreter_of(call), "-u", "-c", std::string{python_file("python_harness.py").value()}};
    command.input = std::move(*input);
    command.env = std::move(call.env);
    command.cwd = std::move(call.cwd);
    command.folder = std::move(call.folder);
    command.timeout = call.timeout;
    command.limit = call.limit;
    command.report_limit = largest_reply;
    command.limits = call.limits;
    command.scope = call.scope;
    command.lines = call.lines;
    return command;
}

bool is_folder(const std::string& path)
{
    std::error_code ignored;
    return path.empty() || fs::is_directory(path, ignored);
}

// What failures name, kept while the command is the runner's.
struct Origin {
    std::string interpreter;
    std::string cwd;

    explicit Origin(const Command& command) : interpreter{command.argv.front()}, cwd{command.cwd} {}
};

// What the runner says about the command, said about the code.
Failure runner_failure(Failure failure, const Origin& origin)
{
    if (failure.code == Errc::not_found && is_folder(origin.cwd))
        failure.message = "there is no Python interpreter '" + origin.interpreter +
                          "': install python3, or name an interpreter or a venv with `python`";
    return failure;
}

Failure crash_failure(Completed done)
{
    const std::string words = last_words(done.err);
    const std::string how = done.signal != 0 ? "signal " + std::to_string(done.signal) + " ended it"
                                             : "it ended with status " + std::to_string(done.code);
    const int code = done.code;
    return exit_failure("the Python code gave no result, " + how + (words.empty() ? "" : ": " + words), code,
                        std::move(done));
}

std::string text_of(const Object& object, std::string_view name)
{
    const Value* member = object.find(name);
    const auto* text = member != nullptr ? member->get<std::string>() : nullptr;
    return text != nullptr ? *text : std::string{};
}

Errc code_named(std::string_view name)
{
    for (const Errc code : {Errc::not_found, Errc::bad_arguments})
        if (word(code) == name)
            return code;
    return Errc::script;
}

Failure told_failure(const Object& told)
{
    Failure failure{code_named(text_of(told, "code")), text_of(told, "message")};
    failure.where = text_of(told, "where");
    failure.traceback = text_of(told, "traceback");
    if (const Value* type = told.find("python_type"))
        failure.details.append("python_type", *type);
    return failure;
}

Failure own_exit_failure(int status, const std::string& text, Completed done)
{
    return exit_failure("the Python code ended itself with status " + std::to_string(status) +
                            (text.empty() ? text : ": " + text),
                        status, std::move(done));
}

Outcome outcome_of(Completed done)
{
    if (done.report_cut)
        return Failure{Errc::limit, "the result of the Python code is larger than " + bytes_text(largest_reply) +
                                        ": hand it over in a file"};
    auto reply = parse_json(done.report);
    const Object* told = reply ? reply->get<Object>() : nullptr;
    if (told == nullptr)
        return crash_failure(std::move(done));
    if (const Value* failure = told->find("failure"))
        if (const auto* fields = failure->get<Object>())
            return told_failure(*fields);
    if (const Value* exit = told->find("exit"))
        if (const auto* status = exit->get<std::int64_t>(); status != nullptr && *status != 0)
            return own_exit_failure(static_cast<int>(*status), text_of(*told, "text"), std::move(done));
    Value* outputs = reply->get<Object>()->find("outputs");
    if (outputs == nullptr)
        return Outputs{}; // it ended itself, content
    unmark_bytes(*outputs);
    return std::move(*outputs->get<Array>());
}

} // namespace

asio::awaitable<Outcome> run_python(ProcessRunner& runner, PythonCall call)
{
    if (call.code.empty() == call.file.empty())
        co_return Failure{Errc::bad_arguments, "a Python call needs either `code` or `file`"};
    Result<Command> command = command_for(call);
    if (!command)
        co_return command.error();
    const Origin origin{*command};
    Result<Completed> done = co_await runner.run(std::move(*command));
    if (!done)
        co_return runner_failure(done.error(), origin);
    co_return outcome_of(std::move(*done));
}

} // namespace forager
