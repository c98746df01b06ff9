// unix.unix_command: one command, its outputs as one text.
#include "functions/builtin.hpp"
#include "functions/builtin_function.hpp"
#include "functions/command_handler.hpp"

#include "base/size.hpp"
#include "core/options.hpp"

namespace forager {

namespace {

const std::vector<std::string> keywords = {"cmd", "args", "shell", "cwd", "env", "stdin", "timeout", "user", "limits"};
const std::vector<std::string> limit_names = {"cpu", "memory", "file_size", "open_files", "processes"};

// The words of the command: positional arguments, or `cmd` and `args`.
Result<std::vector<std::string>> words_of(const Invocation& invocation)
{
    std::vector<std::string> words;
    for (const Value& arg : invocation.args)
        words.push_back(as_word(arg));
    auto program = text_argument(invocation.kwargs, "cmd");
    if (!program)
        return program.error();
    if (*program) {
        if (!words.empty())
            return invalid_argument(": the command is given twice, by position and as 'cmd'");
        words.push_back(**program);
    }
    if (const Value* args = invocation.kwargs.find("args")) {
        const auto* list = args->get<Array>();
        if (list == nullptr)
            return invalid_argument(": 'args' must be a list, not a " + std::string{args->type_name()});
        for (const Value& arg : *list)
            words.push_back(as_word(arg));
    }
    if (words.empty() || words.front().empty())
        return invalid_argument(": a command is needed, as in unix.unix_command \"ls -l\"");
    return words;
}

std::string joined(const std::vector<std::string>& words)
{
    std::string line;
    for (const std::string& word : words)
        line += (line.empty() ? "" : " ") + word;
    return line;
}

Result<void> add_environment(Command& command, const Object& env)
{
    auto variables = environment_of(env);
    if (!variables)
        return variables.error();
    command.env.insert(command.env.end(), variables->begin(), variables->end());
    return {};
}

Failure bad_limit(const std::string& name, const std::string& wanted)
{
    return invalid_argument(": 'limits." + name + "' must be " + wanted);
}

// Bytes, as a number or as text with a unit.
Result<std::optional<std::uint64_t>> size_limit(const Object& limits, const std::string& name)
{
    const Value* given = option(limits, name);
    if (given == nullptr)
        return std::optional<std::uint64_t>{};
    const auto* whole = given->get<std::int64_t>();
    const auto* text = given->get<std::string>();
    const auto size = text != nullptr                  ? parse_size(*text)
                      : whole != nullptr && *whole > 0 ? std::optional{static_cast<std::uint64_t>(*whole)}
                                                       : std::nullopt;
    if (!size || *size == 0)
        return bad_limit(name, "a size, as \"64MB\" or a number of bytes");
    return size;
}

Result<std::optional<std::uint64_t>> count_limit(const Object& limits, const std::string& name)
{
    const Value* given = option(limits, name);
    if (given == nullptr)
        return std::optional<std::uint64_t>{};
    const auto* whole = given->get<std::int64_t>();
    if (whole == nullptr || *whole <= 0)
        return bad_limit(name, "a whole number from 1 up");
    return std::optional{static_cast<std::uint64_t>(*whole)};
}

// The kernel counts whole seconds: begun ones are given.
Result<std::optional<std::uint64_t>> cpu_limit(const Object& limits)
{
    const auto cpu = duration_option(limits, "cpu");
    if (!cpu || (*cpu && **cpu <= Duration::zero()))
        return bad_limit("cpu", "a duration of computing, as \"10s\" or a number of seconds");
    if (!*cpu)
        return std::optional<std::uint64_t>{};
    return std::optional{static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::seconds>(**cpu).count())};
}

Result<void> add_limits(Command& command, const Object& kwargs)
{
    const Value* given = option(kwargs, "limits");
    if (given == nullptr)
        return {};
    const auto* limits = given->get<Object>();
    if (limits == nullptr)
        return invalid_argument(": 'limits' must be a table, not a " + std::string{given->type_name()});
    if (auto known = only_arguments(*limits, limit_names); !known)
        return known.error();
    auto cpu = cpu_limit(*limits);
    auto memory = size_limit(*limits, "memory");
    auto file = size_limit(*limits, "file_size");
    auto open = count_limit(*limits, "open_files");
    auto processes = count_limit(*limits, "processes");
    for (const auto* limit : {&cpu, &memory, &file, &open, &processes})
        if (!*limit)
            return limit->error();
    command.limits = {*cpu, *memory, *file, *open, *processes};
    return {};
}

Result<void> add_options(Command& command, const Invocation& invocation)
{
    auto cwd = text_argument(invocation.kwargs, "cwd");
    if (!cwd)
        return cwd.error();
    command.cwd = cwd->value_or("");
    auto user = text_argument(invocation.kwargs, "user");
    if (!user)
        return user.error();
    command.user = user->value_or("");
    auto input = text_argument(invocation.kwargs, "stdin");
    if (!input)
        return input.error();
    command.input = input->value_or("");
    auto timeout = duration_argument(invocation.kwargs, "timeout");
    if (!timeout)
        return timeout.error();
    command.timeout = *timeout;
    if (auto added = add_limits(command, invocation.kwargs); !added)
        return added.error();
    if (auto added = add_environment(command, invocation.env); !added)
        return added.error();
    const Value* env = invocation.kwargs.find("env");
    if (env == nullptr)
        return {};
    if (env->get<Object>() == nullptr)
        return invalid_argument(": 'env' must be a table, not a " + std::string{env->type_name()});
    return add_environment(command, *env->get<Object>());
}

// One word alone is a line for the shell, as upstream's were; a program with arguments needs none.
Result<Command> command_of(const Invocation& invocation)
{
    if (auto known = only_arguments(invocation.kwargs, keywords); !known)
        return known.error();
    auto words = words_of(invocation);
    if (!words)
        return words.error();
    auto shell = flag_argument(invocation.kwargs, "shell", words->size() == 1);
    if (!shell)
        return shell.error();
    Command command;
    command.merge = true;
    if (*shell)
        command.argv = {"/bin/sh", "-c", joined(*words)};
    else
        command.argv = std::move(*words);
    if (auto added = add_options(command, invocation); !added)
        return added.error();
    return command;
}

Outcome outcome_of(Result<Completed> completed)
{
    return completed ? Outcome{Outputs{Value{std::move(completed->out)}}} : completed.error();
}

} // namespace

void add_unix(Registry& registry, ProcessRunner& processes)
{
    Function command;
    command.name = "unix.unix_command";
    command.doc = "Runs one command; gives what it prints. One argument is a line for the shell, several are a program "
                  "and its arguments. Keywords: cmd, args, shell, cwd, env, stdin, timeout, user, limits.";
    command.parameters = {{"command", Type::any, {}}};
    command.variadic = true;
    command.raw = true;
    add_function(registry, std::move(command),
                 std::make_shared<CommandHandler>(processes, CommandHandler::Words{command_of, outcome_of}));
}

} // namespace forager
