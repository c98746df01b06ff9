#include "sources/monitor/gauge.hpp"

#include "clients/docker/usage.hpp"

#include <utility>

namespace forager::monitoring {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_at_once = 8;

} // namespace

Gauge::Gauge(Engine& engine, Spawn spawn, std::function<void(Watched& watched)> read)
    : engine_{engine}, read_{std::move(read)}, lanes_{most_at_once, std::move(spawn)}
{
}

void Gauge::read(Watched& watched, std::string id)
{
    if (std::exchange(watched.reads, true))
        return;
    lanes_.add([this, shared = watched.shared_from_this(), id = std::move(id)] { return ask(shared, id); });
}

asio::awaitable<void> Gauge::ask(SharedWatched watched, std::string id)
{
    const Expectation& expect = watched->monitor->expect;
    if (expect.restarts && !watched->dropped)
        co_await ask_restarts(watched, id);
    if ((expect.memory || expect.cpu) && !watched->dropped)
        co_await ask_usage(watched, id);
    watched->reads = false;
    if (!watched->dropped)
        read_(*watched);
}

asio::awaitable<void> Gauge::ask_restarts(SharedWatched watched, std::string id)
{
    const auto inspected = co_await engine_.inspect(std::move(id));
    if (inspected)
        watched->readings.restarts = part<std::int64_t>(*inspected, "RestartCount");
}

// How busy it is shows between two readings.
asio::awaitable<void> Gauge::ask_usage(SharedWatched watched, std::string id)
{
    const auto stats = co_await engine_.stats(std::move(id));
    if (!stats)
        co_return;
    const Expectation& expect = watched->monitor->expect;
    if (expect.memory)
        watched->readings.memory = docker::memory_in(*stats);
    if (!expect.cpu)
        co_return;
    const docker::CpuTime now = docker::cpu_time_in(part<Object>(*stats, "cpu_stats"));
    const bool goes_on = watched->cpu && now.used >= watched->cpu->used; // else it was started anew
    if (goes_on)
        watched->readings.cpu = docker::cores_between(*watched->cpu, now);
    watched->cpu = now;
}

} // namespace forager::monitoring
