// ml.execute: one command on this host, as upstream's machine learning executor ran them: its output goes to the log.
#include "functions/builtin.hpp"
#include "functions/builtin_function.hpp"
#include "functions/command_handler.hpp"
#include "functions/docker.hpp"
#include "functions/execute_line.hpp"
#include "functions/with_files.hpp"

#include "core/options.hpp"

#include <memory>
#include <utility>

namespace forager {

namespace {

Result<Command> command_of(const Invocation& invocation)
{
    if (auto known = only_execute_keywords(invocation, "ml.execute"); !known)
        return known.error();
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

Outcome outcome_of(Result<Completed> completed)
{
    return completed ? Outcome{Outputs{}} : in_words_of_upstream(completed.error());
}

// An image asks for a container, as upstream's newer executors have it under the same name.
class Execute final : public Handler {
public:
    Execute(ProcessRunner& processes, const DockerAccess& docker, const cfs::FilesAccess& files)
        : on_the_host_{processes, {command_of, outcome_of}},
          in_a_container_{docker_execute(docker, files)},
          files_{files}
    {
    }

    boost::asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value> args,
                                        Observer& observer) override
    {
        if (option(invocation.kwargs, "docker-image") != nullptr)
            return in_a_container_->run(invocation, std::move(args), observer);
        return on_the_host(invocation, std::move(args), observer);
    }

private:
    // What is wrong with the command is said before any file is brought.
    boost::asio::awaitable<Outcome> on_the_host(const Invocation& invocation, std::vector<Value> args,
                                                Observer& observer)
    {
        auto wanted = files_wanted_by(invocation);
        if (!wanted)
            co_return wanted.error();
        if (auto command = command_of(invocation); !command)
            co_return command.error();
        auto work = on_the_host_.run(invocation, std::move(args), observer);
        auto outcome = co_await with_files(files_, invocation, observer, std::move(*wanted), std::move(work));
        co_return outcome;
    }

    CommandHandler on_the_host_;
    std::shared_ptr<Handler> in_a_container_;
    const cfs::FilesAccess& files_;
};

} // namespace

void add_ml(Registry& registry, ProcessRunner& processes, const DockerAccess& docker, const cfs::FilesAccess& files)
{
    Function execute;
    execute.name = "ml.execute";
    execute.doc =
        "Runs one command through the shell on this host, or with docker-image in a container; what it prints is its "
        "log, and it gives nothing. Keywords: cmd, args, init-cmd (before it); {processid} stands for the id; fs: "
        "files "
        "of the colony that are brought before it and stored after it.";
    execute.parameters = {{"cmd", Type::string, {}},
                          {"args", Type::list, Value{Array{}}},
                          {"init-cmd", Type::string, Value{""}},
                          {"docker-image", Type::string, Value{""}},
                          {"keep_snapshots", Type::boolean, Value{false}},
                          {"fs", Type::any, Value{}},
                          {"onfailure", Type::boolean, Value{false}}};
    execute.raw = true;
    add_function(registry, std::move(execute), std::make_shared<Execute>(processes, docker, files));
    add_sync(registry, "ml", files);
}

} // namespace forager
