#include "primitives/docker/exec.hpp"

#include "base/duration.hpp"
#include "clients/docker/containers.hpp"
#include "ports/within.hpp"
#include "primitives/docker/options.hpp"
#include "primitives/docker/output.hpp"
#include "primitives/docker/permission.hpp"
#include "primitives/docker/reading.hpp"
#include "primitives/docker/verdict.hpp"
#include "primitives/unix.hpp"

#include <utility>

namespace forager::docker_work {

namespace asio = boost::asio;

namespace {

asio::awaitable<Result<Completed>> work(DockerEngine& engine, std::string container, docker::ExecSpec spec,
                                        const Policy& policy, Output& output)
{
    const TimePoint begun = engine.clock().now();
    if (auto allowed = permit_command(policy, spec.privileged, spec.user); allowed.has_error())
        co_return allowed.error();
    if (auto allowed = co_await permit_inside(engine, policy, container); allowed.has_error())
        co_return allowed.error();
    auto id = co_await docker::create_exec(engine.client(), std::move(container), std::move(spec));
    if (id.has_error())
        co_return id.error();
    auto stream = co_await docker::start_exec(engine.client(), *id, false);
    if (stream.has_error())
        co_return stream.error();
    if (auto read = co_await output.read(*stream); read.has_error())
        co_return read.error();
    auto state = co_await docker::inspect_exec(engine.client(), std::move(*id));
    if (state.has_error())
        co_return state.error();
    if (state->running)
        co_return Failure{Errc::unreachable, "the Docker engine went before the command's end was known"};
    Completed done;
    done.code = static_cast<int>(state->exit_code);
    done.elapsed = engine.clock().now() - begun;
    output.into(done);
    co_return done;
}

} // namespace

Result<ContainerCommand> command_of(const Value& command, const Object& options, const Invocation& invocation)
{
    constexpr std::string_view known[] = {"env", "user", "cwd", "privileged", "timeout", "limit", "merge", "check"};
    if (auto fine = only_options("docker.exec", options, known, {}); fine.has_error())
        return fine.error();
    const Object named{{"command", command}};
    std::optional<docker::Words> words;
    ContainerCommand wanted;
    Reading reading{options};
    reading.into(words, [&](const Object&) { return command_option(named, "command"); });
    reading.into(wanted.spec.env, [](const Object& given) { return pairs_option(given, "env"); });
    reading.text(wanted.spec.user, "user");
    reading.text(wanted.spec.cwd, "cwd");
    reading.flag(wanted.spec.privileged, "privileged");
    reading.duration(wanted.timeout, "timeout");
    reading.size(wanted.limit, "limit");
    reading.flag(wanted.merge, "merge");
    reading.flag(wanted.check, "check");
    if (reading.failure())
        return *reading.failure();
    if (!words || words->empty())
        return Failure{Errc::bad_arguments, "docker.exec needs a command: a list of words, or a line of them"};
    wanted.spec.command = std::move(*words);
    wanted.asker = asker_of(invocation);
    return wanted;
}

asio::awaitable<Result<void>> permit_inside(DockerEngine& engine, const Policy& policy, std::string container)
{
    auto inspected = co_await docker::inspect(engine.client(), std::move(container));
    if (inspected.has_error())
        co_return inspected.error();
    const std::string socket = engine.socket();
    auto allowed = co_await engine.pool().run([&] { return permit_use(policy, socket, *inspected); });
    co_return allowed;
}

asio::awaitable<Result<Completed>> exec(DockerEngine& engine, std::string container, ContainerCommand wanted)
{
    const std::string title = "`" + shown(wanted.spec.command) + "` in container " + container;
    const auto limit = wanted.timeout;
    const auto deadline = limit ? std::optional{engine.clock().now() + *limit} : std::nullopt;
    Output output{wanted.limit.value_or(engine.output_limit()), wanted.merge, wanted.lines};
    auto done = co_await within(
        engine.clock(), deadline,
        work(engine, std::move(container), std::move(wanted.spec), engine.policy_for(wanted.asker), output), "");
    if (done.has_error() && is_late(done.error()))
        co_return late(title, *limit, output);
    if (done.has_error() || !wanted.check)
        co_return done;
    co_return judged(title, std::move(*done));
}

} // namespace forager::docker_work
