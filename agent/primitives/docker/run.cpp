#include "primitives/docker/run.hpp"

#include "clients/docker/containers.hpp"
#include "core/options.hpp"
#include "io/beside.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"
#include "io/formats/json.hpp"
#include "ports/within.hpp"
#include "primitives/docker/ending.hpp"
#include "primitives/docker/options.hpp"
#include "primitives/docker/output.hpp"
#include "primitives/docker/permitted_limits.hpp"
#include "primitives/docker/reading.hpp"
#include "primitives/docker/verdict.hpp"
#include "primitives/unix.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace forager::docker_work {

namespace asio = boost::asio;
using docker::ContainerSpec;

namespace {

constexpr Duration grace_to_remove = std::chrono::seconds{30};

constexpr std::size_t short_id = 12;

constexpr std::string_view run_options[] = {"pull", "stdin", "timeout", "limit", "merge", "check"};

// What makes it another container: all but how long it may take.
std::string print_of(const ContainerRun& wanted, std::size_t limit)
{
    Object given = docker::to_body(wanted.making.spec);
    given.append("limit", static_cast<std::int64_t>(limit));
    given.append("merge", wanted.merge);
    return to_hex(digest(Digest::sha256, to_json(Value{std::move(given)})));
}

/// One container, and whether there may be one.
class Run {
public:
    Run(DockerEngine& engine, ContainerRun& wanted, std::optional<KeptClaim> claim)
        : engine_{engine},
          wanted_{wanted},
          claim_{std::move(claim)},
          output_{wanted.limit.value_or(engine.output_limit()), wanted.merge, wanted.making.lines},
          begun_{engine.clock().now()}
    {
    }

    asio::awaitable<Result<Completed>> work();

    asio::awaitable<void> end(bool cancelled, bool completed);

    Output& output() { return output_; }
    bool was_out_of_memory() const { return out_of_memory_; }

private:
    asio::awaitable<Result<Completed>> begin();
    asio::awaitable<Result<Completed>> go_on_with(docker::ContainerState present);
    asio::awaitable<Result<Completed>> adopted(docker::ContainerState present);
    asio::awaitable<void> feed();
    asio::awaitable<Result<Completed>> completed(docker::ExitWatch& exit);

    docker::Client& client() { return engine_.client(); }

    DockerEngine& engine_;
    ContainerRun& wanted_;
    std::optional<KeptClaim> claim_; // it goes on when the agent is gone
    Output output_;
    TimePoint begun_;
    std::string id_;
    bool out_of_memory_ = false;
};

asio::awaitable<Result<Completed>> Run::work()
{
    if (auto ready = co_await engine_.ready(); ready.has_error())
        co_return ready.error();
    std::optional<docker::ContainerState> present;
    if (claim_) {
        auto found = co_await engine_.kept()->claim(*claim_);
        if (found.has_error())
            co_return found.error();
        present = std::move(*found);
    }
    auto done = co_await (present ? go_on_with(std::move(*present)) : begin());
    co_return done;
}

asio::awaitable<Result<Completed>> Run::begin()
{
    if (claim_)
        for (auto& label : engine_.kept()->labels(*claim_))
            wanted_.making.spec.labels.push_back(std::move(label));
    auto id = co_await make(engine_, std::move(wanted_.making));
    if (id.has_error())
        co_return id.error();
    id_ = std::move(*id);
    if (claim_)
        engine_.kept()->begin(claim_->keep, claim_->print, id_);
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

// Its time and its seconds are those since its start.
asio::awaitable<Result<Completed>> Run::go_on_with(docker::ContainerState present)
{
    id_ = present.id;
    const bool runs = present.running;
    const auto started = time_in(present.started);
    const auto age = started ? std::max(Duration{}, engine_.clock().wall() - *started) : Duration{};
    begun_ = engine_.clock().now() - age;
    if (claim_->keep.adopted)
        claim_->keep.adopted("container " + id_.substr(0, short_id) + (runs ? " goes on" : " has ended meanwhile"));
    const auto finished = time_in(present.finished);
    const auto deadline = runs && wanted_.timeout ? std::optional{begun_ + *wanted_.timeout} : std::nullopt;
    auto done = co_await within(engine_.clock(), deadline, adopted(std::move(present)), "");
    if (done.has_value() && !runs && started && finished)
        done->elapsed = *finished - *started;
    co_return done;
}

asio::awaitable<Result<Completed>> Run::adopted(docker::ContainerState present)
{
    auto exit = co_await hear_again(client(), std::move(present), output_);
    if (exit.has_error())
        co_return exit.error();
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
    out_of_memory_ = co_await killed_for_memory(client(), id_, end->code);
    Completed done;
    done.code = static_cast<int>(end->code);
    done.elapsed = engine_.clock().now() - begun_;
    output_.into(done);
    co_return done;
}

asio::awaitable<void> Run::end(bool cancelled, bool completed)
{
    if (id_.empty())
        co_return;
    if (claim_ && engine_.kept()->stays(claim_->keep, cancelled, completed))
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
    const std::string title = title_of(spec);
    std::optional<KeptClaim> claim;
    if (wanted.keep && engine.kept() != nullptr && wanted.input.empty()) // half of an input could not be told from all
        claim = {std::move(*wanted.keep), print_of(wanted, wanted.limit.value_or(engine.output_limit()))};
    if (auto allowed = permit_lifetime(engine.policy_for(wanted.making.asker), wanted.timeout); allowed.has_error())
        co_return allowed.error();
    for (auto& label : engine.labels_of_ours())
        spec.labels.push_back(std::move(label));
    spec.stdin = !wanted.input.empty();
    const auto limit = wanted.timeout;
    const bool check = wanted.check;
    Run run{engine, wanted, std::move(claim)};
    auto done = co_await to_the_end(engine, run, limit, title);
    if (done.has_error() || !check)
        co_return done;
    auto verdict = judged(title, std::move(*done));
    if (verdict.has_error() && run.was_out_of_memory())
        co_return out_of_memory(title, std::move(verdict).error());
    co_return verdict;
}

} // namespace forager::docker_work
