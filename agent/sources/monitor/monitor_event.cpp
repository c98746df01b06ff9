#include "sources/monitor/monitor_event.hpp"

#include "base/duration.hpp"

namespace forager::monitoring {

namespace {

double seconds_of(const Sighting* sighting, WallTime now)
{
    constexpr double second = 1e9;
    const bool knows = sighting != nullptr && sighting->time != 0;
    return knows ? static_cast<double>(sighting->time) / second : to_seconds(now.time_since_epoch());
}

void add_state(Object& event, const Sighting& sighting)
{
    if (!sighting.health.empty())
        event.append("health", sighting.health);
    if (sighting.exit_code)
        event.append("exit_code", *sighting.exit_code);
    if (sighting.status == "exited")
        event.append("oom_killed", sighting.oom_killed);
}

void add_readings(Object& event, const Readings& readings)
{
    if (readings.restarts)
        event.append("restarts", *readings.restarts);
    if (readings.memory)
        event.append("memory", *readings.memory);
    if (readings.cpu)
        event.append("cpu", *readings.cpu);
}

Object container_that_is_away(const Watched& watched)
{
    return {{is_id(watched.name()) ? "id" : "name", watched.name()}};
}

} // namespace

Object event_of(const Watched& watched, bool ok, std::size_t changes, const Sighting* sighting, WallTime now)
{
    Object event{{"monitor", watched.monitor->name},
                 {"ok", ok},
                 {"reason", watched.reason},
                 {"container", sighting == nullptr ? container_that_is_away(watched) : container_of(*sighting)},
                 {"status", sighting == nullptr ? "missing" : sighting->status},
                 {"running", sighting != nullptr && sighting->running()}};
    if (sighting != nullptr)
        add_state(event, *sighting);
    add_readings(event, watched.readings);
    event.append("changes", changes);
    event.append("time", seconds_of(changes == 0 ? nullptr : sighting, now));
    return event;
}

// Events of one monitor are handled one after another. The name of a monitor that was removed and made anew must not
// bring back its earlier keys, hence the time in them.
Submission submission_of(const Watched& watched)
{
    const std::string who = "monitor " + watched.monitor->name;
    const Object& event = *watched.told.pending;
    Submission submission;
    submission.invocation.function = watched.monitor->function;
    submission.invocation.args = {Value{event}};
    submission.invocation.kwargs = watched.monitor->kwargs;
    submission.invocation.source = who;
    submission.order_key = who;
    const auto microseconds = static_cast<std::int64_t>(part<double>(event, "time") * 1e6);
    submission.idempotency_key = who + " " + watched.container + " " + std::to_string(watched.told.events + 1) + " " +
                                 std::to_string(microseconds);
    submission.key_is_enough = true;
    return submission;
}

} // namespace forager::monitoring
