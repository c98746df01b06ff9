// The family docker: containers and images of the engine, with the options of forager.docker in Lua as keywords.
#include "functions/docker.hpp"
#include "functions/builtin.hpp"
#include "functions/builtin_function.hpp"
#include "functions/lines_to_observer.hpp"

#include "primitives/docker/building.hpp"
#include "primitives/docker/containers.hpp"
#include "primitives/docker/images.hpp"
#include "primitives/docker/run.hpp"
#include "primitives/unix.hpp"

#include <boost/asio/awaitable.hpp>

#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

// What one of the functions does; `lines` hears what it prints meanwhile.
using Work = asio::awaitable<Outcome> (*)(DockerEngine& engine, const Invocation& invocation, LineSink& lines);

class DockerFunction final : public Handler {
public:
    DockerFunction(const DockerAccess& docker, Work work) : docker_{docker}, work_{work} {}

    asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value>, Observer& observer) override
    {
        const auto engine = docker_();
        if (!engine)
            co_return engine.error();
        LinesToObserver lines{invocation, observer};
        auto outcome = co_await work_(**engine, invocation, lines);
        co_return outcome;
    }

private:
    const DockerAccess& docker_;
    Work work_;
};

template <class T> asio::awaitable<Outcome> one(asio::awaitable<Result<T>> work)
{
    Result<T> result = co_await std::move(work);
    if (!result)
        co_return result.error();
    co_return Outputs{Value{std::move(*result)}};
}

asio::awaitable<Outcome> refused(Failure failure)
{
    co_return failure;
}

// By position stands an image and the words of its command, where keywords do not say them.
Object container_options(const Invocation& invocation)
{
    Object options = invocation.kwargs;
    if (invocation.args.empty())
        return options;
    if (options.find("image") == nullptr)
        options.set("image", invocation.args.front());
    if (invocation.args.size() > 1 && options.find("command") == nullptr)
        options.set("command", Array(invocation.args.begin() + 1, invocation.args.end()));
    return options;
}

// By position, or as the keyword `name`, which is taken out of the options.
Result<std::string> name_of(const Invocation& invocation, Object& options)
{
    options = {};
    for (const Member& member : invocation.kwargs)
        if (member.name != "name")
            options.append(member.name, member.value);
    const Value* name = invocation.args.empty() ? invocation.kwargs.find("name") : &invocation.args.front();
    const auto* text = name == nullptr ? nullptr : name->get<std::string>();
    if (text == nullptr || text->empty() || invocation.args.size() > 1)
        return invalid_argument(": the name of one container is needed, as in " + invocation.function + " web");
    return *text;
}

asio::awaitable<Outcome> run(DockerEngine& engine, const Invocation& invocation, LineSink& lines)
{
    auto wanted = docker_work::run_of(container_options(invocation), invocation);
    if (!wanted)
        co_return wanted.error();
    wanted->making.lines = &lines;
    auto done = co_await docker_work::run(engine, std::move(*wanted));
    if (!done)
        co_return done.error();
    co_return Outputs{Value{record_of(std::move(*done))}};
}

// One that is there, by its name; with an image, a new one.
asio::awaitable<Outcome> start(DockerEngine& engine, const Invocation& invocation, LineSink& lines)
{
    if (invocation.kwargs.find("image") == nullptr) {
        Object options;
        auto name = name_of(invocation, options);
        if (!name)
            return refused(name.error());
        return one(docker_work::start(engine, std::move(*name)));
    }
    auto making = docker_work::making_of("docker.start", container_options(invocation), invocation);
    if (!making)
        return refused(making.error());
    making->lines = &lines;
    return one(docker_work::start_new(engine, std::move(*making)));
}

asio::awaitable<Outcome> stop(DockerEngine& engine, const Invocation& invocation, LineSink&)
{
    Object options;
    auto name = name_of(invocation, options);
    return name ? one(docker_work::stop(engine, std::move(*name), std::move(options))) : refused(name.error());
}

asio::awaitable<Outcome> inspect(DockerEngine& engine, const Invocation& invocation, LineSink&)
{
    Object options;
    auto name = name_of(invocation, options);
    return name ? one(docker_work::inspect(engine, std::move(*name))) : refused(name.error());
}

asio::awaitable<Outcome> logs(DockerEngine& engine, const Invocation& invocation, LineSink& lines)
{
    Object options;
    auto name = name_of(invocation, options);
    return name ? one(docker_work::logs(engine, std::move(*name), std::move(options), &lines)) : refused(name.error());
}

asio::awaitable<Outcome> list(DockerEngine& engine, const Invocation& invocation, LineSink&)
{
    return one(docker_work::list(engine, invocation.kwargs));
}

asio::awaitable<Outcome> build(DockerEngine& engine, const Invocation& invocation, LineSink& lines)
{
    return one(docker_work::build(engine, docker_work::asker_of(invocation), invocation.kwargs, &lines));
}

void add(Registry& registry, const DockerAccess& docker, std::string name, std::string doc, Work work)
{
    Function function;
    function.name = "docker." + std::move(name);
    function.doc = std::move(doc);
    function.variadic = true;
    function.raw = true;
    add_function(registry, std::move(function), std::make_shared<DockerFunction>(docker, work));
}

} // namespace

void add_docker(Registry& registry, const DockerAccess& docker, const cfs::FilesAccess& files)
{
    add(registry, docker, "run",
        "Runs a container to its end, and removes it; gives { stdout, stderr, code, seconds }. Arguments: the image "
        "and "
        "the words of its command. Keywords: those of forager.docker.run.",
        run);
    add(registry, docker, "start",
        "Starts a container that is there, by its name; with the keyword image, a new one. Keywords: those of "
        "forager.docker.start.",
        start);
    add(registry, docker, "stop", "Stops a container by its name. Keywords: timeout, remove.", stop);
    add(registry, docker, "list", "The containers that run. Keywords: all, name, labels, count.", list);
    add(registry, docker, "inspect", "What is known of a container, by its name.", inspect);
    add(registry, docker, "logs", "What a container printed. Keywords: tail, since, timestamps, follow, limit.", logs);
    add(registry, docker, "build",
        "Builds an image; gives { id, image }. Keywords: context, dockerfile, tag, tags, args, labels, target, "
        "network, "
        "platform, pull, cache.",
        build);
    add_docker_execute(registry, docker, files);
}

} // namespace forager
