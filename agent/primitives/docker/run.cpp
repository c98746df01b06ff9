#include "primitives/docker/run.hpp"

#include "clients/docker/containers.hpp"
#include "core/options.hpp"
#include "io/beside.hpp"
#include "ports/within.hpp"
#include "primitives/docker/options.hpp"
#include "primitives/docker/output.hpp"
#include "primitives/docker/permitted_limits.hpp"
#include "primitives/docker/reading.hpp"
#include "primitives/docker/verdict.hpp"
#include "primitives/unix.hpp"

#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace forager::docker_work {

namespace asio = boost::asio;
using docker::ContainerSpec;

namespace {

constexpr Duration grace_to_remove = std::chrono::seconds{30};

constexpr std::string_view run_options[] = {"pull", "stdin", "timeout", "limit", "merge", "check"};

/// One container, and whether there may be one.
class Run {
public:
    Run(DockerEngine& engine, ContainerRun& wanted)
        : engine_{engine},
          wanted_{wanted},
          output_{wanted.limit.value_or(engine.output_limit()), wanted.merge, wanted.making.lines},
          begun_{engine.clock().now()}
    {
    }

    asio::awaitable<Result<Completed>> work();

    /// However the work ended.
    asio::awaitable<void> clean_up();

    Output& output() { return output_; }
    bool was_out_of_memory() const { return out_of_memory_; }

private:
    asio::awaitable<void> feed();
    asio::awaitable<Result<Completed>> completed(docker::ExitWatch& exit);

    docker::Client& client() { return engine_.client(); }

    DockerEngine& engine_;
    ContainerRun& wanted_;
    Output output_;
    TimePoint begun_;
    std::string id_;
    bool out_of_memory_ = false;
};

asio::awaitable<Result<Completed>> Run::work()
{
    if (auto ready = co_await engine_.ready(); ready.has_error())
        co_return ready.error();
    auto id = co_await make(engine_, std::move(wanted_.making));
    if (id.has_error())
        co_return id.error();
    id_ = std::move(*id);
    auto output = co_await docker::attach(client(), id_, false);
    if (output.has_error())
        co_return output.error();
    auto exit = co_await docker::watch_exit(client(), id_, true);
    if (exit.has_error())
        co_return exit.error();
    if (auto started = co_await docker::start(client(), id_); started.has_error())
        co_return started.error();
    auto printed = co_await beside(feed(), output_.read(*output));
    if (printed.has_error())
        co_return printed.error();
    auto done = co_await completed(*exit);
    co_return done;
}

asio::awaitable<void> Run::feed()
{
    if (!wanted_.input.empty()) // who cannot be fed fails by itself
        (void)co_await docker::feed(client(), id_, std::move(wanted_.input));
}

asio::awaitable<Result<Completed>> Run::completed(docker::ExitWatch& exit)
{
    auto end = co_await exit.wait();
    if (end.has_error())
        co_return end.error();
    constexpr std::int64_t killed = 128 + 9;
    if (end->code == killed) {
        auto inspected = co_await docker::inspect(client(), id_);
        out_of_memory_ = inspected.has_value() && docker::state_in(*inspected).oom_killed;
    }
    Completed done;
    done.code = static_cast<int>(end->code);
    done.elapsed = engine_.clock().now() - begun_;
    output_.into(done);
    co_return done;
}

asio::awaitable<void> Run::clean_up()
{
    if (id_.empty())
        co_return;
    docker::Removal removal;
    removal.force = true;
    const TimePoint deadline = engine_.clock().now() + grace_to_remove;
    auto removed = co_await within(engine_.clock(), deadline, docker::remove(client(), id_, removal), "");
    if (removed.has_error())
        engine_.owe(id_);
}

std::string title_of(const ContainerSpec& spec)
{
    const std::string image = "the container of " + spec.image;
    return spec.command ? image + " with `" + shown(*spec.command) + "`" : image;
}

Failure out_of_memory(const std::string& title, Failure failure)
{
    failure.message = title + " needed more than its memory limit, and was killed";
    failure.details.append("oom_killed", true);
    return failure;
}

} // namespace

Result<ContainerRun> run_of(const Object& options, const Invocation& invocation)
{
    if (auto known = only_options("docker.run", options, container_options(), run_options); known.has_error())
        return known.error();
    if (option(options, "restart") != nullptr)
        return Failure{Errc::bad_arguments, "'restart' is not for a container that is waited for: docker.start has it"};
    ContainerRun wanted;
    Reading reading{options};
    reading.into(wanted.making.spec, container_of);
    reading.into(wanted.making.pull, pull_option);
    reading.text(wanted.input, "stdin");
    reading.duration(wanted.timeout, "timeout");
    reading.size(wanted.limit, "limit");
    reading.flag(wanted.merge, "merge");
    reading.flag(wanted.check, "check");
    if (reading.failure())
        return *reading.failure();
    add_origin(wanted.making, invocation);
    return wanted;
}

asio::awaitable<Result<Completed>> run(DockerEngine& engine, ContainerRun wanted)
{
    docker::ContainerSpec& spec = wanted.making.spec;
    if (auto allowed = permit_lifetime(engine.policy_for(wanted.making.asker), wanted.timeout); allowed.has_error())
        co_return allowed.error();
    for (auto& label : engine.labels_of_ours())
        spec.labels.push_back(std::move(label));
    spec.stdin = !wanted.input.empty();
    const std::string title = title_of(spec);
    const auto limit = wanted.timeout;
    const auto deadline = limit ? std::optional{engine.clock().now() + *limit} : std::nullopt;
    Run run{engine, wanted};
    std::optional<Result<Completed>> done;
    std::exception_ptr thrown;
    try {
        done = co_await within(engine.clock(), deadline, run.work(), "");
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown)
        co_await asio::this_coro::reset_cancellation_state();
    co_await run.clean_up();
    if (thrown)
        std::rethrow_exception(thrown);
    if (done->has_error() && is_late(done->error()))
        co_return late(title, *limit, run.output());
    if (done->has_error() || !wanted.check)
        co_return std::move(*done);
    auto verdict = judged(title, std::move(**done));
    if (verdict.has_error() && run.was_out_of_memory())
        co_return out_of_memory(title, std::move(verdict).error());
    co_return verdict;
}

} // namespace forager::docker_work
