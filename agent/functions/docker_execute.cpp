// docker.execute: one command in a container of its own, as upstream's container executor ran them: what it prints is
// its log, and it gives nothing.
#include "functions/builtin_function.hpp"
#include "functions/container_executor.hpp"
#include "functions/docker.hpp"
#include "functions/execute_line.hpp"
#include "functions/lines_to_observer.hpp"
#include "functions/with_files.hpp"

#include "core/options.hpp"
#include "primitives/cfs/files.hpp"
#include "primitives/docker/run.hpp"
#include "primitives/files/files.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

// The folder of files is there in any case: commands count on it.
docker::Words command_of(const std::string& line)
{
    return {"sh", "-c", "mkdir -p /cfs; " + line};
}

Result<docker_work::ContainerRun> wanted_by(const Invocation& invocation)
{
    if (auto known = only_execute_keywords(invocation, "docker.execute"); !known)
        return known.error();
    auto image = image_argument(invocation.kwargs);
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
    Object options{{"image", std::move(*image)}, {"env", std::move(env)}, {"merge", true}};
    for (const char* name : {"memory", "cpus", "gpus"})
        if (const Value* value = option(invocation.kwargs, name))
            options.append(name, *value);
    auto wanted = docker_work::run_of(options, invocation);
    if (!wanted)
        return wanted;
    wanted->making.spec.command = command_of(*line);
    wanted->making.pull = *fresh ? docker_work::Pull::always : docker_work::Pull::missing;
    return wanted;
}

// The folder of files, where upstream's executor always shows it, and where the process wants it.
Result<void> bind_files(docker::ContainerSpec& spec, const std::string& root, const std::string& mount)
{
    constexpr const char* usual = "/cfs";
    auto place = mount.empty() ? Result<std::string>{usual} : place_of_mount(mount);
    if (!place)
        return place.error();
    spec.mounts.push_back({docker::Mount::Kind::bind, root, usual, false});
    if (*place != usual)
        spec.mounts.push_back({docker::Mount::Kind::bind, root, *place, false});
    return {};
}

// Where the configuration says that there are any: as many as were asked for, else all.
void give_gpus(docker::ContainerSpec& spec, const DockerEngine& engine, LinesToObserver& lines)
{
    constexpr std::int64_t all = -1;
    if (engine.gives_gpus() && spec.gpus.value_or(0) == 0)
        spec.gpus = all;
    if (!engine.gives_gpus() && spec.gpus.value_or(0) != 0)
        lines.say("docker: GPUs are asked for, and [docker] gpus is off: the container gets none");
    if (!engine.gives_gpus())
        spec.gpus.reset();
}

asio::awaitable<Outcome> run_container(DockerEngine& engine, docker_work::ContainerRun wanted,
                                       const Invocation& invocation, Observer& observer)
{
    LinesToObserver lines{invocation, observer};
    wanted.making.lines = &lines;
    give_gpus(wanted.making.spec, engine, lines);
    auto done = co_await docker_work::run(engine, std::move(wanted));
    co_return outcome_of_container(done ? Result<void>{} : done.error());
}

class DockerExecute final : public Handler {
public:
    DockerExecute(const DockerAccess& docker, const cfs::FilesAccess& files) : docker_{docker}, files_{files} {}

    asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value>, Observer& observer) override
    {
        auto outcome = co_await execute(invocation, observer);
        if (outcome.has_error())
            co_return in_words_of_container_executor(std::move(outcome).error());
        co_return outcome;
    }

private:
    // What is wrong with the container is said before any file is brought.
    asio::awaitable<Outcome> execute(const Invocation& invocation, Observer& observer)
    {
        auto wanted = wanted_by(invocation);
        if (!wanted)
            co_return wanted.error();
        auto mounts = files_wanted_by(invocation);
        if (!mounts)
            co_return mounts.error();
        const auto engine = docker_();
        if (!engine)
            co_return engine.error();
        if (auto bound = bind(wanted->making.spec, *mounts); !bound)
            co_return bound.error();
        auto work = run_container(**engine, std::move(*wanted), invocation, observer);
        auto outcome = co_await with_files(files_, invocation, observer, std::move(*mounts), std::move(work));
        co_return outcome;
    }

    Result<void> bind(docker::ContainerSpec& spec, const FileMounts& mounts) const
    {
        if (mounts.empty() && mounts.mount.empty())
            return {};
        auto files = files_();
        if (!files)
            return mounts.empty() ? Result<void>{} : files.error();
        const std::string& root = (*files)->config().root;
        if (root.empty())
            return {};
        if (auto made = blocking::make_folder(root, {}); !made)
            return made.error();
        return bind_files(spec, root, mounts.mount);
    }

    const DockerAccess& docker_;
    const cfs::FilesAccess& files_;
};

} // namespace

std::shared_ptr<Handler> docker_execute(const DockerAccess& docker, const cfs::FilesAccess& files)
{
    return std::make_shared<DockerExecute>(docker, files);
}

void add_docker_execute(Registry& registry, const DockerAccess& docker, const cfs::FilesAccess& files)
{
    Function execute;
    execute.name = "docker.execute";
    execute.doc =
        "Runs one command through the shell of a container; what it prints is its log, and it gives nothing. "
        "Keywords: docker-image, cmd, args, init-cmd (before it), rebuild-image (fetches it anew); {processid} "
        "stands for the id; fs: files of the colony that are brought before it and stored after it; memory, cpus, "
        "gpus: "
        "its limits.";
    execute.parameters = {{"docker-image", Type::string, {}},
                          {"cmd", Type::string, {}},
                          {"args", Type::list, Value{Array{}}},
                          {"init-cmd", Type::string, Value{""}},
                          {"rebuild-image", Type::boolean, Value{false}},
                          {"keep_snapshots", Type::boolean, Value{false}},
                          {"fs", Type::any, Value{}},
                          {"onfailure", Type::boolean, Value{false}},
                          {"memory", Type::any, Value{}},
                          {"cpus", Type::number, Value{}},
                          {"gpus", Type::integer, Value{}}};
    execute.raw = true;
    add_function(registry, std::move(execute), docker_execute(docker, files));
    add_sync(registry, "docker", files);
}

} // namespace forager
