// Containers, images, volumes and networks of a Docker engine.
#include "scripting/bindings/bindings.hpp"

#include "primitives/docker/building.hpp"
#include "primitives/docker/containers.hpp"
#include "primitives/docker/copying.hpp"
#include "primitives/docker/events.hpp"
#include "primitives/docker/exec.hpp"
#include "primitives/docker/images.hpp"
#include "primitives/docker/run.hpp"
#include "primitives/docker/volumes.hpp"
#include "primitives/unix.hpp"
#include "scripting/bindings/asked.hpp"
#include "scripting/bindings/command_options.hpp"
#include "scripting/bindings/feeds.hpp"
#include "scripting/bindings/keeping.hpp"
#include "scripting/script.hpp"

#include <utility>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

// What hears the lines of a call: the queue that the script reads from, which must be there as long as the call.
template <auto work> asio::awaitable<Outcome> with_lines(Request request)
{
    const auto engine = request.script.world().docker();
    if (!engine)
        co_return engine.error();
    const auto lines = line_queue(request);
    auto outcome = co_await work(**engine, request, lines.get());
    co_return outcome;
}

docker_work::Asker asker(const Request& request)
{
    return docker_work::asker_of(request.context.invocation);
}

std::string words_of(const docker::ContainerSpec& spec)
{
    return spec.command ? spec.image + " " + shown(*spec.command) : spec.image;
}

asio::awaitable<Outcome> run_container(Request request, std::optional<Keep> keep)
{
    const auto engine = request.script.world().docker();
    if (!engine)
        co_return engine.error();
    auto wanted = docker_work::run_of(table(request, 0), request.context.invocation);
    if (!wanted)
        co_return wanted.error();
    const auto lines = line_queue(request);
    wanted->making.lines = lines.get();
    wanted->keep = std::move(keep);
    if (wanted->keep)
        tell_of_adoption(*wanted->keep, request, words_of(wanted->making.spec));
    auto outcome = co_await completed(docker_work::run(**engine, std::move(*wanted)));
    co_return outcome;
}

// (options, lines), as all that is heard; more follows behind.
asio::awaitable<Outcome> run(Request request)
{
    auto keep = keep_of(request, "container");
    return run_container(std::move(request), std::move(keep));
}

Result<docker_work::Making> making_in(const Request& request, std::string_view what, LineSink* lines)
{
    auto making = docker_work::making_of(what, table(request, 0), request.context.invocation);
    if (!making)
        return making;
    making->lines = lines;
    return making;
}

asio::awaitable<Outcome> create(DockerEngine& engine, const Request& request, LineSink* lines)
{
    auto making = making_in(request, "docker.create", lines);
    return making ? one(docker_work::create(engine, std::move(*making))) : failed(making.error());
}

asio::awaitable<Outcome> start_new(DockerEngine& engine, const Request& request, LineSink* lines)
{
    auto making = making_in(request, "docker.start", lines);
    return making ? one(docker_work::start_new(engine, std::move(*making))) : failed(making.error());
}

// (options, lines, name)
asio::awaitable<Outcome> logs(DockerEngine& engine, const Request& request, LineSink* lines)
{
    return one(docker_work::logs(engine, text(request, 2), table(request, 0), lines));
}

// (options, lines, name, command)
asio::awaitable<Outcome> exec(DockerEngine& engine, const Request& request, LineSink* lines)
{
    auto wanted = docker_work::command_of(request.arg(3), table(request, 0), request.context.invocation);
    if (!wanted)
        return failed(wanted.error());
    wanted->lines = lines;
    return completed(docker_work::exec(engine, text(request, 2), std::move(*wanted)));
}

// (options, lines, image)
asio::awaitable<Outcome> pull(DockerEngine& engine, const Request& request, LineSink* lines)
{
    return none(docker_work::pull_named(engine, asker(request), text(request, 2), table(request, 0), lines));
}

asio::awaitable<Outcome> build(DockerEngine& engine, const Request& request, LineSink* lines)
{
    return one(docker_work::build(engine, asker(request), table(request, 0), lines));
}

// A binding of a function that takes the engine and the request's arguments.
template <auto work> asio::awaitable<Outcome> asked(Request request)
{
    const auto engine = request.script.world().docker();
    if (!engine)
        return failed(engine.error());
    return work(**engine, request);
}

// Of one that takes a name, a name and options, or options alone.
template <auto work> asio::awaitable<Outcome> of_name(DockerEngine& engine, const Request& request)
{
    return one(work(engine, text(request, 0)));
}

template <auto work> asio::awaitable<Outcome> of_both(DockerEngine& engine, const Request& request)
{
    return one(work(engine, text(request, 0), table(request, 1)));
}

template <auto work> asio::awaitable<Outcome> of_options(DockerEngine& engine, const Request& request)
{
    return one(work(engine, table(request, 0)));
}

template <auto work> asio::awaitable<Outcome> no_answer_of_name(DockerEngine& engine, const Request& request)
{
    return none(work(engine, text(request, 0)));
}

template <auto work> asio::awaitable<Outcome> no_answer_of_both(DockerEngine& engine, const Request& request)
{
    return none(work(engine, text(request, 0), table(request, 1)));
}

asio::awaitable<Outcome> import(DockerEngine& engine, const Request& request)
{
    return one(docker_work::import(engine, asker(request), table(request, 0)));
}

asio::awaitable<Outcome> tag(DockerEngine& engine, const Request& request)
{
    return none(docker_work::tag(engine, asker(request), text(request, 0), text(request, 1)));
}

asio::awaitable<Outcome> copy_in(DockerEngine& engine, const Request& request)
{
    return none(docker_work::copy_in(engine, asker(request), text(request, 0), text(request, 1), text(request, 2)));
}

asio::awaitable<Outcome> copy_out(DockerEngine& engine, const Request& request)
{
    return none(docker_work::copy_out(engine, text(request, 0), text(request, 1), text(request, 2)));
}

// (options): a number that stands for them.
asio::awaitable<Outcome> open_events(Request request)
{
    const auto engine = request.script.world().docker();
    if (!engine)
        co_return engine.error();
    if (auto room = room_for_feed(request, "docker.events"); room.has_error())
        co_return room.error();
    auto feed = co_await docker_work::open_events(**engine, table(request, 0));
    if (!feed)
        co_return feed.error();
    co_return Outputs{Value{request.script.keep_feed(std::move(*feed))}};
}

constexpr const char* completed_stub = R"({"stdout":"","stderr":"","code":0,"seconds":0.0})";
constexpr const char* container_stub = R"({"id":"","name":"","image":"","state":"running","running":true,"exit_code":0,
    "oom_killed":false,"restarts":0,"labels":{}})";
constexpr const char* image_stub =
    R"({"id":"","names":[],"size":0,"created":"","labels":{},"architecture":"","os":""})";
constexpr const char* made_image_stub = R"({"id":"","image":""})";

constexpr Binding bindings[] = {
    {"docker_run", Outside{run}, completed_stub},
    {"docker_create", Outside{with_lines<create>}, container_stub},
    {"docker_start_new", Outside{with_lines<start_new>, "docker.start"}, container_stub},
    {"docker_start", Outside{asked<of_name<docker_work::start>>}, "true"},
    {"docker_stop", Outside{asked<of_both<docker_work::stop>>}, "true"},
    {"docker_restart", Outside{asked<no_answer_of_both<docker_work::restart>>}},
    {"docker_kill", Outside{asked<no_answer_of_both<docker_work::kill>>}},
    {"docker_remove", Outside{asked<of_both<docker_work::remove>>}, "true"},
    {"docker_wait", Outside{asked<of_name<docker_work::wait>>}, "0"},
    {"docker_inspect", Outside{asked<of_name<docker_work::inspect>>}, container_stub},
    {"docker_inspect_whole", Outside{asked<of_name<docker_work::inspect_whole>>, "docker.inspect"}, "{}"},
    {"docker_list", Outside{asked<of_options<docker_work::list>>}, "[]"},
    {"docker_stats", Outside{asked<of_name<docker_work::stats>>},
     R"({"cpu":0.0,"memory":0,"memory_limit":0,"pids":0,"received":0,"sent":0,"read":0,"written":0})"},
    {"docker_logs", Outside{with_lines<logs>}, R"({"stdout":"","stderr":""})"},
    {"docker_exec", Outside{with_lines<exec>}, completed_stub},
    {"docker_open_events", Outside{open_events, "docker.events"}, "0"},
    {"docker_pull", Outside{with_lines<pull>}},
    {"docker_build", Outside{with_lines<build>}, made_image_stub},
    {"docker_import", Outside{asked<import>}, made_image_stub},
    {"docker_images", Outside{asked<of_options<docker_work::images>>}, "[]"},
    {"docker_image", Outside{asked<of_name<docker_work::image>>}, image_stub},
    {"docker_tag", Outside{asked<tag>}},
    {"docker_remove_image", Outside{asked<no_answer_of_both<docker_work::remove_image>>}},
    {"docker_prune_images", Outside{asked<of_options<docker_work::prune_images>>}, R"({"removed":0,"bytes":0})"},
    {"docker_copy_in", Outside{asked<copy_in>}},
    {"docker_copy_out", Outside{asked<copy_out>}},
    {"docker_create_volume", Outside{asked<of_options<docker_work::create_volume>>, "docker.volumes.create"},
     R"({"name":"","path":"","labels":{}})"},
    {"docker_volume", Outside{asked<of_name<docker_work::volume>>, "docker.volumes.inspect"},
     R"({"name":"","path":"","labels":{}})"},
    {"docker_volumes", Outside{asked<of_options<docker_work::volumes>>, "docker.volumes.list"}, "[]"},
    {"docker_remove_volume", Outside{asked<no_answer_of_name<docker_work::remove_volume>>, "docker.volumes.remove"}},
    {"docker_create_network", Outside{asked<of_options<docker_work::create_network>>, "docker.networks.create"},
     R"({"id":"","name":"","driver":"","labels":{}})"},
    {"docker_network", Outside{asked<of_name<docker_work::network>>, "docker.networks.inspect"},
     R"({"id":"","name":"","driver":"","labels":{}})"},
    {"docker_networks", Outside{asked<of_options<docker_work::networks>>, "docker.networks.list"}, "[]"},
    {"docker_remove_network", Outside{asked<no_answer_of_name<docker_work::remove_network>>, "docker.networks.remove"}},
};

} // namespace

std::span<const Binding> docker_bindings()
{
    return bindings;
}

} // namespace forager::scripting
