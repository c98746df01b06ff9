#include "primitives/python_message.hpp"

#include "base/text.hpp"
#include "io/formats/json.hpp"
#include "primitives/python_harness.hpp"
#include "primitives/unix.hpp"

#include <filesystem>
#include <utility>

namespace forager {

namespace fs = std::filesystem;

namespace {

bool is_folder(const std::string& path)
{
    std::error_code ignored;
    return path.empty() || fs::is_directory(path, ignored);
}

Failure crash_failure(Completed done)
{
    const std::string words = last_words(done.err);
    const std::string how = done.signal != 0 ? "signal " + std::to_string(done.signal) + " ended it"
                            : done.code < 0  ? std::string{"nobody knows how it ended"}
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

} // namespace

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

std::string python_harness()
{
    return std::string{python_file("python_harness.py").value()} +
           std::string{python_file("python_process.py").value()};
}

Object python_request(PythonCall& call)
{
    Object request;
    request.append("code", std::move(call.code));
    request.append("file", call.file);
    request.append("call", std::move(call.call));
    request.append("args", Value{std::move(call.args)});
    request.append("kwargs", Value{std::move(call.kwargs)});
    request.append("ctx", call.context ? Value{std::move(*call.context)} : Value{});
    return request;
}

Failure python_answer_too_large()
{
    return {Errc::limit, "the result of the Python code is larger than " + bytes_text(largest_python_reply) +
                             ": hand it over in a file"};
}

Outcome python_outcome(std::string_view answer, Completed done)
{
    auto reply = parse_json(answer);
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

Failure python_runner_failure(Failure failure, const PythonOrigin& origin)
{
    if (failure.code == Errc::not_found && is_folder(origin.cwd))
        failure.message = "there is no Python interpreter '" + origin.interpreter +
                          "': install python3, or name an interpreter or a venv with `python`";
    return failure;
}

} // namespace forager
