// python.python_code: Python code that comes with the call.
#include "functions/builtin.hpp"
#include "functions/builtin_function.hpp"
#include "functions/lines_to_observer.hpp"
#include "functions/python_sessions.hpp"

#include "core/process_record.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/json.hpp"
#include "primitives/command_scope.hpp"
#include "primitives/python.hpp"

#include <algorithm>

namespace forager {

namespace {

const std::vector<std::string> keywords = {"code", "function", "args", "kwargs", "python", "timeout", "cwd", "session"};

// The code, and what of the call is for the code's function.
struct Source {
    std::string code;
    bool upstream = false; // from an upstream client: all of the call is for the function
    std::size_t taken = 0; // positional arguments that are not for the function
};

Result<Source> from_environment(const Value& encoded)
{
    const auto* text = encoded.get<std::string>();
    auto code = from_base64(text == nullptr ? "" : *text);
    if (!code || code->empty())
        return invalid_argument(": the variable 'code' of the environment must be Python code in base64");
    return Source{std::move(*code), true, 0};
}

// Plain text by name, or base64 in the environment, as upstream's clients send it, or the first argument. In a session
// there may be none: the empty text where all of the call is for a function that is defined already.
Result<Source> source_of(const Invocation& invocation, bool session)
{
    auto plain = text_argument(invocation.kwargs, "code");
    if (!plain)
        return plain.error();
    if (*plain)
        return Source{std::move(**plain), session && (*plain)->empty(), 0};
    if (const Value* encoded = invocation.env.find("code"))
        return from_environment(*encoded);
    if (session && invocation.args.empty())
        return Source{};
    const auto* first = invocation.args.empty() ? nullptr : invocation.args.front().get<std::string>();
    if (first == nullptr)
        return invalid_argument(": python.python_code needs Python code, as text, for its argument 'code'");
    return Source{*first, false, 1};
}

Result<void> add_arguments(PythonCall& call, const Invocation& invocation, const Source& source)
{
    call.args.assign(invocation.args.begin() + static_cast<std::ptrdiff_t>(source.taken), invocation.args.end());
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
    if (!source.upstream)
        return only_arguments(invocation.kwargs, keywords);
    for (const Member& member : invocation.kwargs)
        if (std::ranges::find(keywords, member.name) == keywords.end())
            call.kwargs.set(member.name, member.value);
    return {};
}

// The process as the colony gave it. Without a colony, what is known of the call.
Value process_of(const Invocation& invocation)
{
    if (const Value* record = invocation.env.find(process_record))
        if (const auto* text = record->get<std::string>())
            if (auto process = parse_json(*text))
                return std::move(*process);
    const Value* function = invocation.kwargs.find("function");
    Object kwargs;
    for (const Member& member : invocation.kwargs)
        if (member.name != "function")
            kwargs.append(member.name, member.value);
    Object spec{{"funcname", function == nullptr ? Value{invocation.function} : *function},
                {"args", Value{Array{invocation.args}}},
                {"kwargs", Value{std::move(kwargs)}},
                {"env", Value{invocation.env}}};
    return Value{Object{{"processid", invocation.id}, {"spec", Value{std::move(spec)}}}};
}

// What upstream's functions get as `ctx`: the process, and who runs it for which colony.
Object context_of(const Invocation& invocation)
{
    const auto variable = [&](std::string_view name) {
        const Value* value = invocation.env.find(name);
        return value == nullptr ? Value{} : *value;
    };
    return Object{{"process", process_of(invocation)},
                  {"colonyid", variable("COLONIES_COLONY_ID")},
                  {"colonyname", variable("COLONIES_COLONY_NAME")},
                  {"executorid", variable("COLONIES_EXECUTOR_ID")},
                  {"executor_prvkey", variable("COLONIES_EXECUTOR_PRVKEY")}};
}

Result<void> add_environment(PythonCall& call, const Invocation& invocation)
{
    auto env = environment_of(invocation.env);
    if (!env)
        return env.error();
    call.env = std::move(*env);
    // They carry the call itself.
    std::erase_if(call.env, [](const auto& variable) {
        return variable.first == "code" || variable.first == "args_spec" || variable.first == process_record;
    });
    return {};
}

Result<void> add_options(PythonCall& call, const Object& kwargs)
{
    auto function = text_argument(kwargs, "function");
    auto python = text_argument(kwargs, "python");
    auto cwd = text_argument(kwargs, "cwd");
    for (const auto* text : {&function, &python, &cwd})
        if (!*text)
            return text->error();
    // Without a name: the only function that the code defines, or else its variable `result`.
    call.call = function->value_or("*");
    call.python = python->value_or("");
    call.cwd = cwd->value_or("");
    auto timeout = duration_argument(kwargs, "timeout");
    if (!timeout)
        return timeout.error();
    call.timeout = *timeout;
    return {};
}

Result<PythonCall> call_of(const Invocation& invocation, bool session)
{
    auto source = source_of(invocation, session);
    if (!source)
        return source.error();
    PythonCall call;
    call.code = std::move(source->code);
    if (source->upstream)
        call.context = context_of(invocation);
    if (auto added = add_arguments(call, invocation, *source); !added)
        return added.error();
    if (auto added = add_options(call, invocation.kwargs); !added)
        return added.error();
    if (auto added = add_environment(call, invocation); !added)
        return added.error();
    return call;
}

// Upstream's words, which callers look for, before Python's own.
Outcome in_words_of_upstream(Outcome outcome)
{
    if (outcome || outcome.error().code != Errc::script)
        return outcome;
    Failure failure = outcome.error();
    failure.message = "Failed to execute function: " + failure.message;
    return failure;
}

class PythonCode final : public Handler {
public:
    PythonCode(ProcessRunner& processes, Clock& clock)
        : processes_{processes}, sessions_{std::make_shared<PythonSessions>(processes, clock)}
    {
    }

    boost::asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value>, Observer& observer) override
    {
        const auto session = flag_argument(invocation.kwargs, "session", false);
        if (!session)
            co_return session.error();
        auto call = call_of(invocation, *session);
        if (!call)
            co_return call.error();
        LinesToObserver lines{invocation, observer};
        call->lines = &lines;
        if (*session) {
            Outcome outcome = co_await sessions_->run(invocation.source, std::move(*call));
            co_return in_words_of_upstream(std::move(outcome));
        }
        CommandScope scope{processes_};
        call->scope = scope.id();
        Outcome outcome = co_await scope.around(run_python(processes_, std::move(*call)));
        co_return in_words_of_upstream(std::move(outcome));
    }

private:
    ProcessRunner& processes_;
    std::shared_ptr<PythonSessions> sessions_;
};

} // namespace

void add_python(Registry& registry, Clock& clock, ProcessRunner& processes)
{
    Function code;
    code.name = "python.python_code";
    code.doc =
        "Runs Python code; further arguments go to its function. Keywords: code, function (default: the only one "
        "defined), args, kwargs, python (an interpreter or a venv), timeout, cwd, session (what it defines stays for "
        "later "
        "calls).";
    code.parameters = {{"code", Type::string, {}}};
    code.variadic = true;
    code.raw = true;
    add_function(registry, std::move(code), std::make_shared<PythonCode>(processes, clock));
}

} // namespace forager
