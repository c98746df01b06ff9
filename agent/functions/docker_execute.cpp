// docker.execute: one command in a container of its own, as upstream's container executor ran them: what it prints is
// its log, and it gives nothing.
#include "functions/builtin_function.hpp"
#include "functions/docker.hpp"
#include "functions/execute_line.hpp"
#include "functions/lines_to_observer.hpp"

#include "core/options.hpp"
#include "primitives/docker/run.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

// How upstream tells: who, what, and where it was.
Failure in_words_of_upstream(Failure failure, const std::string& context)
{
    failure.message = "ContainerExecutor: " + failure.message + ": " + context;
    return failure;
}

Failure ended_badly(Failure failure)
{
    const int code = static_cast<int>(part<std::int64_t>(failure.details, "exit_code"));
    const bool is_memory = part<bool>(failure.details, "oom_killed");
    failure.message =
        (is_memory ? "OOMKilled, exit code = " : "Exit with an error, exit code = ") + std::to_string(code);
    return failure;
}

Result<std::string> image_of(const Object& kwargs)
{
    auto image = text_argument(kwargs, "docker-image");
    if (image && *image && !(*image)->empty())
        return std::move(**image);
    const std::string why = image ? "'docker-image' is needed, as text" : image.error().message;
    return Failure{Errc::bad_arguments, "Failed to parse docker image flag: " + why};
}

// The folder of files is there in any case: commands count on it.
docker::Words command_of(const std::string& line)
{
    return {"sh", "-c", "mkdir -p /cfs; " + line};
}

Result<docker_work::ContainerRun> wanted_by(const Invocation& invocation)
{
    if (auto known = only_execute_keywords(invocation, "docker.execute"); !known)
        return known.error();
    auto image = image_of(invocation.kwargs);
    if (!image)
        return image.error();
    auto line = execute_line(invocation, "docker.execute");
    if (!line)
        return line.error();
    auto fresh = flag_argument(invocation.kwargs, "rebuild-image", false);
    if (!fresh)
        return fresh.error();
    Object env = invocation.env;
    env.set("COLONIES_PROCESS_ID", invocation.id);
    auto wanted =
        docker_work::run_of({{"image", std::move(*image)}, {"env", std::move(env)}, {"merge", true}}, invocation);
    if (!wanted)
        return wanted;
    wanted->making.spec.command = command_of(*line);
    wanted->making.pull = *fresh ? docker_work::Pull::always : docker_work::Pull::missing;
    return wanted;
}

class DockerExecute final : public Handler {
public:
    explicit DockerExecute(const DockerAccess& docker) : docker_{docker} {}

    asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value>, Observer& observer) override
    {
        auto wanted = wanted_by(invocation);
        if (!wanted)
            co_return in_words_of_upstream(wanted.error(), "Failed to execute process");
        const auto engine = docker_();
        if (!engine)
            co_return in_words_of_upstream(engine.error(), "Failed to execute process");
        LinesToObserver lines{invocation, observer};
        wanted->making.lines = &lines;
        auto done = co_await docker_work::run(**engine, std::move(*wanted));
        if (done)
            co_return Outputs{};
        const bool ended = done.error().code == Errc::exit;
        co_return in_words_of_upstream(ended ? ended_badly(done.error()) : done.error(), "Failed to execute process");
    }

private:
    const DockerAccess& docker_;
};

} // namespace

std::shared_ptr<Handler> docker_execute(const DockerAccess& docker)
{
    return std::make_shared<DockerExecute>(docker);
}

void add_docker_execute(Registry& registry, const DockerAccess& docker)
{
    Function execute;
    execute.name = "docker.execute";
    execute.doc =
        "Runs one command through the shell of a container; what it prints is its log, and it gives nothing. "
        "Keywords: docker-image, cmd, args, init-cmd (before it), rebuild-image (fetches it anew); {processid} "
        "stands for the id.";
    execute.parameters = {{"docker-image", Type::string, {}},
                          {"cmd", Type::string, {}},
                          {"args", Type::list, Value{Array{}}},
                          {"init-cmd", Type::string, Value{""}},
                          {"rebuild-image", Type::boolean, Value{false}},
                          {"keep_snapshots", Type::boolean, Value{false}}};
    execute.raw = true;
    add_function(registry, std::move(execute), docker_execute(docker));
}

} // namespace forager
