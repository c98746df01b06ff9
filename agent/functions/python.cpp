// python.python_code: Python code that comes with the call.
#include "functions/builtin.hpp"
#include "functions/builtin_function.hpp"
#include "functions/lines_to_observer.hpp"

#include "io/formats/base64.hpp"
#include "primitives/command_scope.hpp"
#include "primitives/python.hpp"

namespace forager {

namespace {

const std::vector<std::string> keywords = {"code", "function", "args", "kwargs", "python", "timeout", "cwd"};

// Plain text as the keyword `code`, or base64 in the environment, as upstream's clients send it.
Result<std::string> code_of(const Invocation& invocation)
{
    auto plain = text_argument(invocation.kwargs, "code");
    if (!plain)
        return plain.error();
    if (*plain)
        return std::move(**plain);
    const Value* encoded = invocation.env.find("code");
    if (encoded == nullptr || encoded->get<std::string>() == nullptr)
        return invalid_argument(": python.python_code needs the keyword argument 'code'");
    return from_base64(*encoded->get<std::string>());
}

Result<void> add_arguments(PythonCall& call, const Invocation& invocation)
{
    call.args = invocation.args;
    if (const Value* args = invocation.kwargs.find("args")) {
        const auto* list = args->get<Array>();
        if (list == nullptr || !call.args.empty())
            return invalid_argument(list == nullptr ? ": 'args' must be a list" : ": the arguments are given twice");
        call.args = *list;
    }
    if (const Value* named = invocation.kwargs.find("kwargs")) {
        if (named->get<Object>() == nullptr)
            return invalid_argument(": 'kwargs' must be a table, not a " + std::string{named->type_name()});
        call.kwargs = *named->get<Object>();
    }
    return {};
}

Result<PythonCall> call_of(const Invocation& invocation)
{
    if (auto known = only_arguments(invocation.kwargs, keywords); !known)
        return known.error();
    auto code = code_of(invocation);
    if (!code)
        return code.error();
    PythonCall call;
    call.code = std::move(*code);
    if (auto added = add_arguments(call, invocation); !added)
        return added.error();
    auto function = text_argument(invocation.kwargs, "function");
    auto python = text_argument(invocation.kwargs, "python");
    auto cwd = text_argument(invocation.kwargs, "cwd");
    for (const auto* text : {&function, &python, &cwd})
        if (!*text)
            return text->error();
    // Without a name: the only function that the code defines, or else its variable `result`.
    call.call = function->value_or("*");
    call.python = python->value_or("");
    call.cwd = cwd->value_or("");
    auto timeout = duration_argument(invocation.kwargs, "timeout");
    if (!timeout)
        return timeout.error();
    call.timeout = *timeout;
    auto env = environment_of(invocation.env);
    if (!env)
        return env.error();
    call.env = std::move(*env);
    std::erase_if(call.env, [](const auto& variable) { return variable.first == "code"; });
    return call;
}

class PythonCode final : public Handler {
public:
    explicit PythonCode(ProcessRunner& processes) : processes_{processes} {}

    boost::asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value>, Observer& observer) override
    {
        auto call = call_of(invocation);
        if (!call)
            co_return call.error();
        LinesToObserver lines{invocation, observer};
        CommandScope scope{processes_};
        call->lines = &lines;
        call->scope = scope.id();
        co_return co_await scope.around(run_python(processes_, std::move(*call)));
    }

private:
    ProcessRunner& processes_;
};

} // namespace

void add_python(Registry& registry, ProcessRunner& processes)
{
    Function code;
    code.name = "python.python_code";
    code.doc = "Runs Python code. Keywords: code, function (default: the only one defined), args, kwargs, python (an "
               "interpreter or a venv), timeout, cwd.";
    code.parameters = {{"code", Type::string, {}}};
    code.raw = true;
    add_function(registry, std::move(code), std::make_shared<PythonCode>(processes));
}

} // namespace forager
