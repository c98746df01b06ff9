#include "primitives/docker/named_run.hpp"

#include "base/timestamp.hpp"
#include "clients/docker/containers.hpp"
#include "io/beside.hpp"
#include "ports/within.hpp"
#include "primitives/docker/ending.hpp"
#include "primitives/docker/output.hpp"
#include "primitives/docker/permitted_limits.hpp"
#include "primitives/docker/verdict.hpp"

#include <chrono>

namespace forager::docker_work {

namespace asio = boost::asio;
using docker::ContainerState;

namespace {

constexpr Duration grace_to_end = std::chrono::seconds{30};
constexpr const char* mark_label = "forager.invocation";

// The engine also finds one whose id begins so.
asio::awaitable<Result<std::optional<ContainerState>>> find(DockerEngine& engine, std::string name)
{
    auto inspected = co_await docker::inspect(engine.client(), name);
    if (inspected.has_error() && inspected.error().code != Errc::not_found)
        co_return inspected.error();
    std::optional<ContainerState> found;
    if (inspected.has_value())
        found = docker::state_in(*inspected);
    if (found && found->name != name)
        found.reset();
    co_return found;
}

asio::awaitable<void> remove_by_force(DockerEngine& engine, std::string id)
{
    docker::Removal removal;
    removal.force = true;
    const TimePoint deadline = engine.clock().now() + grace_to_end;
    (void)co_await within(engine.clock(), deadline, docker::remove(engine.client(), std::move(id), removal), "");
}

bool is_marked(const ContainerState& state, const std::string& mark)
{
    return !mark.empty() && part<std::string>(state.labels, mark_label) == mark;
}

/// One container by its name.
class Run {
public:
    Run(DockerEngine& engine, NamedRun& wanted)
        : engine_{engine},
          wanted_{wanted},
          output_{wanted.limit.value_or(engine.output_limit()), wanted.merge, wanted.making.lines},
          begun_{engine.clock().now()}
    {
    }

    asio::awaitable<Result<Completed>> work()
    {
        if (auto ready = co_await engine_.ready(); ready.has_error())
            co_return ready.error();
        auto present = co_await find(engine_, wanted_.making.spec.name);
        if (present.has_error())
            co_return present.error();
        const bool is_ours = *present && is_marked(**present, wanted_.mark);
        if (is_ours && (*present)->status != "created") {
            auto done = co_await go_on_with(std::move(**present));
            co_return done;
        }
        auto made = co_await make_or_take(std::move(*present), is_ours);
        if (made.has_error())
            co_return made.error();
        auto done = co_await begin();
        co_return done;
    }

    // Nothing of this call runs any more. What ran before it is not its to end.
    asio::awaitable<void> end(bool cancelled, bool completed)
    {
        if (id_.empty() || (ran_before_ && !completed))
            co_return;
        const bool never_ran = made_ && !started_;
        if (wanted_.remove || never_ran || (made_ && cancelled)) {
            co_await remove_by_force(engine_, id_);
        } else if (!completed) {
            const TimePoint deadline = engine_.clock().now() + grace_to_end;
            const Duration at_once{};
            (void)co_await within(engine_.clock(), deadline, docker::stop(engine_.client(), id_, at_once), "");
        }
    }

    Output& output() { return output_; }

    NamedEnd told(Completed done)
    {
        NamedEnd end;
        end.done = std::move(done);
        end.truncated = output_.is_cut();
        end.started = begun_at_;
        end.finished = ended_at_;
        return end;
    }

    bool out_of_memory() const { return out_of_memory_; }

private:
    asio::awaitable<Result<void>> make_or_take(std::optional<ContainerState> present, bool is_ours)
    {
        if (present && (is_ours || wanted_.making.conflict == Conflict::keep)) {
            id_ = present->id;
            made_ = is_ours;
            has_terminal_ = present->tty;
            co_return Result<void>{};
        }
        auto id = co_await make(engine_, std::move(wanted_.making));
        if (id.has_error())
            co_return id.error();
        id_ = std::move(*id);
        made_ = true;
        co_return Result<void>{};
    }

    asio::awaitable<Result<Completed>> begin()
    {
        auto output = co_await docker::attach(engine_.client(), id_, has_terminal_);
        if (output.has_error())
            co_return output.error();
        auto exit = co_await docker::watch_exit(engine_.client(), id_, true);
        if (exit.has_error())
            co_return exit.error();
        const auto started = co_await docker::start(engine_.client(), id_);
        if (started.has_error())
            co_return started.error();
        ran_before_ = !*started;
        started_ = true;
        begun_at_ = engine_.clock().wall();
        wanted_.begun();
        auto printed = co_await beside(feed(), output_.read(*output));
        if (printed.has_error())
            co_return printed.error();
        auto done = co_await completed(*exit);
        co_return done;
    }

    // An agent before this one began it.
    asio::awaitable<Result<Completed>> go_on_with(ContainerState present)
    {
        id_ = present.id;
        made_ = true;
        started_ = true;
        wanted_.begun();
        begun_at_ = time_in(present.started);
        auto exit = co_await hear_again(engine_.client(), std::move(present), output_);
        if (exit.has_error())
            co_return exit.error();
        auto done = co_await completed(*exit);
        co_return done;
    }

    asio::awaitable<void> feed()
    {
        if (!wanted_.input.empty()) // who cannot be fed fails by itself
            (void)co_await docker::feed(engine_.client(), id_, std::move(wanted_.input));
    }

    asio::awaitable<Result<Completed>> completed(docker::ExitWatch& exit)
    {
        auto end = co_await exit.wait();
        if (end.has_error())
            co_return end.error();
        ended_at_ = engine_.clock().wall();
        out_of_memory_ = co_await killed_for_memory(engine_.client(), id_, end->code);
        Completed done;
        done.code = static_cast<int>(end->code);
        done.elapsed = engine_.clock().now() - begun_;
        output_.into(done);
        co_return done;
    }

    DockerEngine& engine_;
    NamedRun& wanted_;
    Output output_;
    TimePoint begun_;
    std::optional<WallTime> begun_at_;
    std::optional<WallTime> ended_at_;
    std::string id_;
    bool made_ = false;
    bool started_ = false;
    bool ran_before_ = false;
    bool has_terminal_ = false;
    bool out_of_memory_ = false;
};

} // namespace

void NamedEnd::add_to(Object& told) const
{
    told.append("truncated", truncated);
    if (started)
        told.append("started", timestamp(*started));
    if (finished)
        told.append("finished", timestamp(*finished));
}

asio::awaitable<Result<NamedEnd>> run_named(DockerEngine& engine, NamedRun wanted)
{
    if (auto allowed = permit_lifetime(engine.policy_for(wanted.making.asker), wanted.timeout); allowed.has_error())
        co_return allowed.error();
    wanted.making.spec.stdin = !wanted.input.empty();
    const std::string title = "the container " + wanted.making.spec.name;
    const auto limit = wanted.timeout;
    const bool drop_err = wanted.drop_err;
    Run run{engine, wanted};
    auto done = co_await to_the_end(engine, run, limit, title);
    if (done.has_error()) {
        Failure failure = done.error();
        if (failure.code == Errc::timed_out)
            run.told({}).add_to(failure.details);
        if (drop_err)
            failure.details.set("stderr", "");
        co_return failure;
    }
    NamedEnd end = run.told(std::move(*done));
    if (drop_err)
        end.done.err.clear();
    auto verdict = judged(title, std::move(end.done));
    if (verdict.has_error()) {
        Failure failure = run.out_of_memory() ? out_of_memory(title, verdict.error()) : verdict.error();
        end.add_to(failure.details);
        co_return failure;
    }
    end.done = std::move(*verdict);
    co_return end;
}

asio::awaitable<Result<Started>> start_named(DockerEngine& engine, Making making, std::string mark)
{
    if (auto allowed = permit_staying(engine.policy_for(making.asker)); allowed.has_error())
        co_return allowed.error();
    if (auto ready = co_await engine.ready(); ready.has_error())
        co_return ready.error();
    auto present = co_await find(engine, making.spec.name);
    if (present.has_error())
        co_return present.error();
    Started started;
    if (*present && (making.conflict == Conflict::keep || is_marked(**present, mark))) {
        started.id = (*present)->id;
    } else {
        auto id = co_await make(engine, std::move(making));
        if (id.has_error())
            co_return id.error();
        started.id = std::move(*id);
        started.is_new = true;
    }
    auto begun = co_await docker::start(engine.client(), started.id);
    if (begun.has_error() && started.is_new)
        co_await remove_by_force(engine, started.id);
    if (begun.has_error())
        co_return begun.error();
    started.was_running = !*begun;
    co_return started;
}

} // namespace forager::docker_work
