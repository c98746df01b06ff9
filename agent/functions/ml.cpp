// ml.execute: one command on this host, as upstream's machine learning executor ran them: its output goes to the log.
#include "functions/builtin.hpp"
#include "functions/builtin_function.hpp"
#include "functions/execute_line.hpp"
#include "functions/run_command.hpp"

#include "core/options.hpp"

#include <string_view>

namespace forager {

namespace {

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

Result<Command> command_of(const Invocation& invocation)
{
    if (auto known = only_execute_keywords(invocation, "ml.execute"); !known)
        return known.error();
    if (auto here = for_the_host(invocation.kwargs); !here)
        return here.error();
    auto line = execute_line(invocation, "ml.execute");
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

class Execute final : public Handler {
public:
    explicit Execute(ProcessRunner& processes) : processes_{processes} {}

    boost::asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value>, Observer& observer) override
    {
        auto command = command_of(invocation);
        if (!command)
            co_return command.error();
        auto completed = co_await run_command(processes_, invocation, observer, std::move(*command));
        if (!completed)
            co_return in_words_of_upstream(completed.error());
        co_return Outputs{};
    }

private:
    ProcessRunner& processes_;
};

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
    add_function(registry, std::move(execute), std::make_shared<Execute>(processes));
}

} // namespace forager
