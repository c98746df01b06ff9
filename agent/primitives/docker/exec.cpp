#include "primitives/docker/exec.hpp"

#include "base/duration.hpp"
#include "clients/docker/containers.hpp"
#include "ports/within.hpp"
#include "primitives/docker/marked.hpp"
#include "primitives/docker/options.hpp"
#include "primitives/docker/output.hpp"
#include "primitives/docker/permission.hpp"
#include "primitives/docker/reading.hpp"
#include "primitives/docker/verdict.hpp"
#include "primitives/unix.hpp"

#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace forager::docker_work {

namespace asio = boost::asio;

namespace {

constexpr const char* mark_name = "FORAGER_EXEC";
constexpr Duration grace_to_kill = std::chrono::seconds{10};
constexpr Duration time_to_begin = std::chrono::milliseconds{300};

/// One command, and whether it still runs.
class Exec {
public:
    Exec(DockerEngine& engine, std::string container, docker::ExecSpec spec, const Policy& policy, Output& output)
        : engine_{engine},
          container_{std::move(container)},
          spec_{std::move(spec)},
          policy_{policy},
          output_{output},
          mark_{engine.fresh_mark()}
    {
        spec_.env.emplace_back(mark_name, mark_);
    }

    asio::awaitable<Result<Completed>> work();

    /// Whether nothing of it is left.
    asio::awaitable<bool> end();

private:
    asio::awaitable<Result<bool>> kill()
    {
        return end_marked(engine_.client(), {container_, spec_.user, spec_.privileged}, mark_);
    }

    DockerEngine& engine_;
    std::string container_;
    docker::ExecSpec spec_;
    const Policy& policy_;
    Output& output_;
    std::string mark_;
    bool began_ = false;
    bool started_ = false;
};

asio::awaitable<Result<Completed>> Exec::work()
{
    const TimePoint begun = engine_.clock().now();
    if (auto allowed = permit_command(policy_, spec_.privileged, spec_.user); allowed.has_error())
        co_return allowed.error();
    if (auto allowed = co_await permit_inside(engine_, policy_, container_); allowed.has_error())
        co_return allowed.error();
    if (auto ready = co_await engine_.ready_for_commands(); ready.has_error())
        co_return ready.error();
    auto id = co_await docker::create_exec(engine_.client(), container_, spec_);
    if (id.has_error())
        co_return id.error();
    began_ = true;
    auto stream = co_await docker::start_exec(engine_.client(), *id, false);
    if (stream.has_error())
        co_return stream.error();
    started_ = true;
    if (auto read = co_await output_.read(*stream); read.has_error())
        co_return read.error();
    auto state = co_await docker::inspect_exec(engine_.client(), std::move(*id));
    if (state.has_error())
        co_return state.error();
    if (state->running)
        co_return Failure{Errc::unreachable, "the Docker engine went before the command's end was known"};
    began_ = false;
    Completed done;
    done.code = static_cast<int>(state->exit_code);
    done.elapsed = engine_.clock().now() - begun;
    output_.into(done);
    co_return done;
}

asio::awaitable<bool> Exec::end()
{
    if (!began_)
        co_return true;
    const TimePoint deadline = engine_.clock().now() + grace_to_kill;
    auto killed = co_await within(engine_.clock(), deadline, kill(), "");
    if (!started_) { // the engine was asked, and may have begun it just now
        co_await sleep_for(engine_.clock(), time_to_begin);
        killed = co_await within(engine_.clock(), deadline, kill(), "");
    }
    co_return killed.has_value() && *killed;
}

void add_that_it_goes_on(Failure& failure)
{
    failure.message += "; it may go on in the container, for it could not be ended";
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
    const Policy& policy = engine.policy_for(wanted.asker);
    Exec command{engine, std::move(container), std::move(wanted.spec), policy, output};
    std::optional<Result<Completed>> done;
    std::exception_ptr thrown;
    try {
        done = co_await within(engine.clock(), deadline, command.work(), "");
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown)
        co_await asio::this_coro::reset_cancellation_state();
    const bool is_gone = co_await command.end();
    if (thrown)
        std::rethrow_exception(thrown);
    if (done->has_error()) {
        Failure failure = is_late(done->error()) ? late(title, *limit, output) : done->error();
        if (!is_gone)
            add_that_it_goes_on(failure);
        co_return failure;
    }
    if (!wanted.check)
        co_return std::move(*done);
    co_return judged(title, std::move(**done));
}

} // namespace forager::docker_work
