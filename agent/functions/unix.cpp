// unix.unix_command: one command, its outputs as one text.
#include "functions/builtin.hpp"
#include "functions/builtin_function.hpp"
#include "functions/command_handler.hpp"

namespace forager {

namespace {

const std::vector<std::string> keywords = {"cmd", "args", "shell", "cwd", "env", "stdin", "timeout"};

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

Result<void> add_options(Command& command, const Invocation& invocation)
{
    auto cwd = text_argument(invocation.kwargs, "cwd");
    if (!cwd)
        return cwd.error();
    command.cwd = cwd->value_or("");
    auto input = text_argument(invocation.kwargs, "stdin");
    if (!input)
        return input.error();
    command.input = input->value_or("");
    auto timeout = duration_argument(invocation.kwargs, "timeout");
    if (!timeout)
        return timeout.error();
    command.timeout = *timeout;
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
                  "and its arguments. Keywords: cmd, args, shell, cwd, env, stdin, timeout.";
    command.parameters = {{"command", Type::any, {}}};
    command.variadic = true;
    command.raw = true;
    add_function(registry, std::move(command),
                 std::make_shared<CommandHandler>(processes, CommandHandler::Words{command_of, outcome_of}));
}

} // namespace forager
