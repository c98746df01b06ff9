#include "primitives/docker/containers.hpp"

#include "clients/docker/containers.hpp"
#include "clients/docker/usage.hpp"
#include "primitives/docker/options.hpp"
#include "primitives/docker/output.hpp"
#include "primitives/docker/permitted_limits.hpp"
#include "primitives/docker/reading.hpp"

#include <optional>
#include <utility>

namespace forager::docker_work {

namespace asio = boost::asio;
using docker::ContainerState;

namespace {

// What the engine says of what has not happened.
bool has_happened(const std::string& time)
{
    return !time.empty() && !time.starts_with("0001-");
}

Object record_of(ContainerState state)
{
    Object record{
        {"id", std::move(state.id)},        {"name", std::move(state.name)}, {"image", std::move(state.image)},
        {"state", std::move(state.status)}, {"running", state.running},      {"exit_code", state.exit_code},
        {"oom_killed", state.oom_killed},   {"restarts", state.restarts},    {"labels", std::move(state.labels)}};
    if (!state.health.empty())
        record.append("health", std::move(state.health));
    if (!state.error.empty())
        record.append("error", std::move(state.error));
    if (has_happened(state.started))
        record.append("started", std::move(state.started));
    if (has_happened(state.finished))
        record.append("finished", std::move(state.finished));
    return record;
}

std::string first_name(const Object& listed)
{
    const auto names = part<Array>(listed, "Names");
    const auto* name = names.empty() ? nullptr : names.front().get<std::string>();
    return name == nullptr ? "" : name->substr(name->starts_with('/') ? 1 : 0);
}

Object entry_of(const Object& listed)
{
    return {{"id", part<std::string>(listed, "Id")},         {"name", first_name(listed)},
            {"image", part<std::string>(listed, "Image")},   {"state", part<std::string>(listed, "State")},
            {"status", part<std::string>(listed, "Status")}, {"created", part<std::int64_t>(listed, "Created")},
            {"labels", part<Object>(listed, "Labels")}};
}

Result<docker::Filter> filter_of(const Object& options)
{
    constexpr std::string_view known[] = {"all", "name", "labels", "count"};
    if (auto fine = only_options("docker.list", options, known, {}); fine.has_error())
        return fine.error();
    docker::Filter filter;
    filter.all = false;
    std::optional<std::int64_t> count;
    Reading reading{options};
    reading.flag(filter.all, "all");
    reading.text(filter.name, "name");
    reading.into(filter.labels, [](const Object& given) { return pairs_option(given, "labels"); });
    reading.count(count, "count");
    if (reading.failure())
        return *reading.failure();
    filter.most = static_cast<std::size_t>(std::max<std::int64_t>(count.value_or(0), 0));
    return filter;
}

Result<std::optional<Duration>> grace_of(std::string_view what, const Object& options,
                                         std::span<const std::string_view> more = {})
{
    constexpr std::string_view known[] = {"timeout"};
    if (auto fine = only_options(what, options, known, more); fine.has_error())
        return fine.error();
    return duration_option(options, "timeout");
}

std::pair<std::int64_t, std::int64_t> network_in(const Object& stats)
{
    std::pair<std::int64_t, std::int64_t> sum{0, 0};
    for (const Member& network : part<Object>(stats, "networks"))
        if (const auto* counts = network.value.get<Object>()) {
            sum.first += part<std::int64_t>(*counts, "rx_bytes");
            sum.second += part<std::int64_t>(*counts, "tx_bytes");
        }
    return sum;
}

std::pair<std::int64_t, std::int64_t> disks_in(const Object& stats)
{
    std::pair<std::int64_t, std::int64_t> sum{0, 0};
    for (const Value& entry : part<Array>(part<Object>(stats, "blkio_stats"), "io_service_bytes_recursive")) {
        const auto* counts = entry.get<Object>();
        if (counts == nullptr)
            continue;
        const auto what = http::lower_case(part<std::string>(*counts, "op"));
        if (what == "read")
            sum.first += part<std::int64_t>(*counts, "value");
        if (what == "write")
            sum.second += part<std::int64_t>(*counts, "value");
    }
    return sum;
}

Object usage_in(const Object& stats)
{
    const auto cpu = docker::cpu_time_in(part<Object>(stats, "cpu_stats"));
    const auto before = docker::cpu_time_in(part<Object>(stats, "precpu_stats")); // a moment earlier
    const auto [received, sent] = network_in(stats);
    const auto [read, written] = disks_in(stats);
    return {{"cpu", docker::cores_between(before, cpu)},
            {"memory", docker::memory_in(stats)},
            {"memory_limit", part<std::int64_t>(part<Object>(stats, "memory_stats"), "limit")},
            {"pids", part<std::int64_t>(part<Object>(stats, "pids_stats"), "current")},
            {"received", received},
            {"sent", sent},
            {"read", read},
            {"written", written}};
}

struct LogWish {
    docker::LogQuery query;
    std::optional<std::size_t> limit;
};

Result<std::string> since_option(const Object& options)
{
    const Value* since = option(options, "since");
    if (since == nullptr)
        return std::string{};
    if (const auto* text = since->get<std::string>())
        return *text;
    if (const auto* seconds = since->get<std::int64_t>())
        return std::to_string(*seconds);
    return Failure{Errc::bad_arguments, "'since' must be a time as RFC 3339 writes it, or whole seconds since 1970"};
}

Result<LogWish> log_wish(const Object& options)
{
    constexpr std::string_view known[] = {"tail", "since", "timestamps", "follow", "limit"};
    if (auto fine = only_options("docker.logs", options, known, {}); fine.has_error())
        return fine.error();
    LogWish wish;
    std::optional<std::int64_t> tail;
    Reading reading{options};
    reading.count(tail, "tail");
    reading.into(wish.query.since, since_option);
    reading.flag(wish.query.timestamps, "timestamps");
    reading.flag(wish.query.follow, "follow");
    reading.size(wish.limit, "limit");
    if (reading.failure())
        return *reading.failure();
    if (tail)
        wish.query.last = static_cast<std::size_t>(std::max<std::int64_t>(*tail, 0));
    return wish;
}

} // namespace

asio::awaitable<Result<Object>> inspect_whole(DockerEngine& engine, std::string name)
{
    return docker::inspect(engine.client(), std::move(name));
}

asio::awaitable<Result<Object>> inspect(DockerEngine& engine, std::string name)
{
    auto inspected = co_await docker::inspect(engine.client(), std::move(name));
    if (inspected.has_error())
        co_return inspected.error();
    co_return record_of(docker::state_in(*inspected));
}

asio::awaitable<Result<Object>> create(DockerEngine& engine, Making making)
{
    if (auto allowed = permit_staying(engine.policy_for(making.asker)); allowed.has_error())
        co_return allowed.error();
    auto id = co_await make(engine, std::move(making));
    if (id.has_error())
        co_return id.error();
    auto record = co_await inspect(engine, std::move(*id));
    co_return record;
}

asio::awaitable<Result<Object>> start_new(DockerEngine& engine, Making making)
{
    if (auto allowed = permit_staying(engine.policy_for(making.asker)); allowed.has_error())
        co_return allowed.error();
    auto id = co_await make(engine, std::move(making));
    if (id.has_error())
        co_return id.error();
    if (auto started = co_await docker::start(engine.client(), *id); started.has_error())
        co_return started.error();
    auto record = co_await inspect(engine, std::move(*id));
    co_return record;
}

asio::awaitable<Result<bool>> start(DockerEngine& engine, std::string name)
{
    return docker::start(engine.client(), std::move(name));
}

asio::awaitable<Result<bool>> stop(DockerEngine& engine, std::string name, Object options)
{
    constexpr std::string_view more[] = {"remove"};
    auto grace = grace_of("docker.stop", options, more);
    if (grace.has_error())
        co_return grace.error();
    auto removes = flag_option(options, "remove", false);
    if (removes.has_error())
        co_return removes.error();
    auto stopped = co_await docker::stop(engine.client(), name, *grace);
    if (stopped.has_error() || !*removes)
        co_return stopped;
    docker::Removal removal;
    removal.force = true;
    auto removed = co_await docker::remove(engine.client(), std::move(name), removal);
    if (removed.has_error())
        co_return removed.error();
    co_return *stopped;
}

asio::awaitable<Result<void>> restart(DockerEngine& engine, std::string name, Object options)
{
    auto grace = grace_of("docker.restart", options);
    if (grace.has_error())
        co_return grace.error();
    auto restarted = co_await docker::restart(engine.client(), std::move(name), *grace);
    co_return restarted;
}

asio::awaitable<Result<void>> kill(DockerEngine& engine, std::string name, Object options)
{
    constexpr std::string_view known[] = {"signal"};
    if (auto fine = only_options("docker.kill", options, known, {}); fine.has_error())
        co_return fine.error();
    auto signal = text_option(options, "signal");
    if (signal.has_error())
        co_return signal.error();
    auto killed = co_await docker::kill(engine.client(), std::move(name), signal->value_or("KILL"));
    co_return killed;
}

asio::awaitable<Result<bool>> remove(DockerEngine& engine, std::string name, Object options)
{
    constexpr std::string_view known[] = {"force", "volumes"};
    if (auto fine = only_options("docker.remove", options, known, {}); fine.has_error())
        co_return fine.error();
    docker::Removal removal;
    Reading reading{options};
    reading.flag(removal.force, "force");
    reading.flag(removal.volumes, "volumes");
    if (reading.failure())
        co_return *reading.failure();
    auto removed = co_await docker::remove(engine.client(), std::move(name), removal);
    co_return removed;
}

asio::awaitable<Result<std::int64_t>> wait(DockerEngine& engine, std::string name)
{
    auto watch = co_await docker::watch_exit(engine.client(), std::move(name), false);
    if (watch.has_error())
        co_return watch.error();
    auto end = co_await watch->wait();
    if (end.has_error())
        co_return end.error();
    co_return end->code;
}

asio::awaitable<Result<Array>> list(DockerEngine& engine, Object options)
{
    auto filter = filter_of(options);
    if (filter.has_error())
        co_return filter.error();
    auto containers = co_await docker::list(engine.client(), std::move(*filter));
    if (containers.has_error())
        co_return containers.error();
    Array entries;
    for (const Value& container : *containers)
        if (const auto* listed = container.get<Object>())
            entries.emplace_back(entry_of(*listed));
    co_return entries;
}

asio::awaitable<Result<Object>> stats(DockerEngine& engine, std::string name)
{
    auto stats = co_await docker::stats(engine.client(), std::move(name));
    if (stats.has_error())
        co_return stats.error();
    co_return usage_in(*stats);
}

asio::awaitable<Result<Object>> logs(DockerEngine& engine, std::string name, Object options, LineSink* lines)
{
    auto wish = log_wish(options);
    if (wish.has_error())
        co_return wish.error();
    auto inspected = co_await docker::inspect(engine.client(), name);
    if (inspected.has_error())
        co_return inspected.error();
    const bool has_terminal = docker::state_in(*inspected).tty;
    auto stream = co_await docker::logs(engine.client(), std::move(name), std::move(wish->query), has_terminal);
    if (stream.has_error())
        co_return stream.error();
    Output output{wish->limit.value_or(engine.output_limit()), false, lines};
    if (auto read = co_await output.read(*stream); read.has_error())
        co_return read.error();
    Completed kept;
    output.into(kept);
    co_return Object{{"stdout", std::move(kept.out)}, {"stderr", std::move(kept.err)}};
}

} // namespace forager::docker_work
