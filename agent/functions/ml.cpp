// ml.execute: one command on this host, as upstream's machine learning executor ran them: its output goes to the log.
#include "functions/builtin.hpp"
#include "functions/builtin_function.hpp"
#include "functions/command_handler.hpp"

#include "base/text.hpp"
#include "core/options.hpp"

#include <string_view>

namespace forager {

namespace {

// Upstream has the last two for containers, where they change nothing that a host could.
const std::vector<std::string> keywords = {"cmd",          "args",  "init-cmd",     "keep_snapshots",
                                           "docker-image", "debug", "rebuild-image"};

Result<void> only_known(const Invocation& invocation)
{
    if (!invocation.args.empty())
        return invalid_argument(": ml.execute takes keyword arguments alone, " + listed(keywords));
    if (auto known = only_arguments(invocation.kwargs, keywords); !known)
        return known;
    for (const char* name : {"keep_snapshots", "debug", "rebuild-image"})
        if (auto flag = flag_argument(invocation.kwargs, name, false); !flag)
            return flag.error();
    return {};
}

// An image asks for a container, where the command may mean something else than it does here.
Result<void> for_the_host(const Object& kwargs)
{
    if (option(kwargs, "docker-image") == nullptr)
        return {};
    Failure failure{Errc::refused,
                    "Failed to execute process: 'docker-image' asks for a container, and this version of "
                    "the agent has no family docker yet: leave it out to run 'cmd' on the host"};
    failure.retry = false;
    return failure;
}

Result<std::string> program_of(const Object& kwargs)
{
    auto program = text_argument(kwargs, "cmd");
    if (program && *program && !(*program)->empty())
        return std::move(**program);
    const std::string why =
        program ? "ml.execute needs a command, as text, for its argument 'cmd'" : program.error().message;
    return Failure{Errc::bad_arguments, "Failed to parse cmd kwarg: " + why};
}

Result<std::string> arguments_of(const Object& kwargs)
{
    std::string line;
    const Value* args = option(kwargs, "args");
    if (args == nullptr)
        return line;
    const auto* list = args->get<Array>();
    if (list == nullptr)
        return invalid_argument(": 'args' must be a list, not a " + std::string{args->type_name()});
    for (const Value& word : *list)
        line += (line.empty() ? "" : " ") + as_word(word);
    return line;
}

// Upstream replaces the first one alone.
std::string with_id(std::string text, std::string_view id)
{
    constexpr std::string_view mark = "{processid}";
    if (const auto place = text.find(mark); place != text.npos)
        text.replace(place, mark.size(), id);
    return text;
}

Result<std::string> line_of(const Invocation& invocation)
{
    auto program = program_of(invocation.kwargs);
    if (!program)
        return program.error();
    auto arguments = arguments_of(invocation.kwargs);
    if (!arguments)
        return arguments.error();
    auto first = text_argument(invocation.kwargs, "init-cmd");
    if (!first)
        return first.error();
    std::string line = first->value_or("");
    line += line.empty() ? "" : ";";
    line += with_id(std::move(*program), invocation.id);
    line += arguments->empty() ? "" : " " + with_id(std::move(*arguments), invocation.id);
    return line;
}

Result<Command> command_of(const Invocation& invocation)
{
    if (auto known = only_known(invocation); !known)
        return known.error();
    if (auto here = for_the_host(invocation.kwargs); !here)
        return here.error();
    auto line = line_of(invocation);
    if (!line)
        return line.error();
    auto env = environment_of(invocation.env);
    if (!env)
        return env.error();
    Command command = shell_command(std::move(*line));
    command.merge = true;
    command.env = std::move(*env);
    return command;
}

// Upstream's words, which callers look for, before those that say why.
Failure in_words_of_upstream(Failure failure)
{
    if (failure.code == Errc::exit)
        failure.message = "failed to execute process: " + failure.message;
    else if (failure.code != Errc::timed_out)
        failure.message = "Failed to start cmd: " + failure.message;
    return failure;
}

Outcome outcome_of(Result<Completed> completed)
{
    return completed ? Outcome{Outputs{}} : in_words_of_upstream(completed.error());
}

} // namespace

void add_ml(Registry& registry, ProcessRunner& processes)
{
    Function execute;
    execute.name = "ml.execute";
    execute.doc = "Runs one command through the shell on this host; what it prints is its log, and it gives nothing. "
                  "Keywords: cmd, args, init-cmd (before it); {processid} stands for the id.";
    execute.parameters = {{"cmd", Type::string, {}},
                          {"args", Type::list, Value{Array{}}},
                          {"init-cmd", Type::string, Value{""}},
                          {"keep_snapshots", Type::boolean, Value{false}}};
    execute.raw = true;
    add_function(registry, std::move(execute),
                 std::make_shared<CommandHandler>(processes, CommandHandler::Words{command_of, outcome_of}));
}

} // namespace forager
