// How the monitor source looks at containers, and what it makes of that.
#include "sources/monitor/monitor_event.hpp"
#include "sources/monitor/monitor_source.hpp"

#include <algorithm>
#include <utility>

namespace forager::monitoring {

namespace asio = boost::asio;

namespace {

/// Does something when it goes.
template <class Work> class Finally {
public:
    explicit Finally(Work work) : work_{std::move(work)} {}
    Finally(const Finally&) = delete;
    Finally& operator=(const Finally&) = delete;
    ~Finally() { work_(); }

private:
    Work work_;
};

} // namespace

TimePoint MonitorSource::next() const
{
    const bool waits = open_ && !looking_ && !list_.empty();
    return std::min(list_.next(), waits ? looked_ + list_.interval() : TimePoint::max());
}

void MonitorSource::begin_look()
{
    const bool is_time = look_asked_ || (!list_.empty() && parts_.clock.now() >= looked_ + list_.interval());
    if (looking_ || !open_ || list_.empty() || !is_time)
        return;
    looking_ = true;
    look_asked_ = false;
    looked_ = parts_.clock.now();
    view_.begin_list(looked_);
    parts_.spawn(look_at_list());
}

asio::awaitable<void> MonitorSource::look_at_list()
{
    const Finally done{[this] {
        looking_ = false;
        nap_.wake();
    }};
    const auto listed = co_await parts_.engine.list();
    if (!listed) {
        parts_.doubt();
        co_return;
    }
    if (!open_ || look_asked_)
        co_return; // it is of before the connection: another look follows
    std::vector<Sighting> sightings;
    for (const Value& one : *listed)
        if (const auto* object = one.get<Object>())
            sightings.push_back(sighting_of(*object));
    view_.end_list(sightings);
    fresh_ = true;
    for (auto& [name, entry] : list_.all())
        look_at(entry);
}

void MonitorSource::look_at(Entry& entry)
{
    if (!fresh_ || entry.is_over())
        return;
    if (entry.selects())
        for (const auto& [id, sighting] : view_.all())
            if (fits(entry.monitor->of, sighting) && sighting.status != "created")
                (void)list_.have(entry, sighting.name);
    const auto containers = entry.containers;
    for (const auto& [container, watched] : containers)
        look(*watched);
}

void MonitorSource::look_at_those(const std::string& name, bool begins)
{
    for (Entry* const entry : list_.of(name))
        look_at_one(*entry->containers.begin()->second, begins);
    const Sighting* sighting = view_.find(name);
    for (Entry* const entry : list_.of_several()) {
        const auto known = entry->containers.find(name);
        const bool is_one = sighting != nullptr && sighting->name == name && sighting->status != "created" &&
                            fits(entry->monitor->of, *sighting);
        if (known != entry->containers.end())
            look_at_one(*known->second, begins);
        else if (is_one)
            look_at_one(list_.have(*entry, name), begins);
    }
}

// One that begins may have been restarted, and uses other amounts than before.
void MonitorSource::look_at_one(Watched& watched, bool begins)
{
    if (begins && needs_readings(watched.monitor->expect)) {
        watched.readings.memory.reset();
        watched.readings.cpu.reset();
        watched.cpu.reset();
        watched.reading_at = parts_.clock.now();
    }
    look(watched);
    nap_.wake();
}

void MonitorSource::look(Watched& watched)
{
    const Entry* entry = list_.find(watched.monitor->name);
    if (!fresh_ || watched.dropped || entry->is_over())
        return;
    const Sighting* sighting = view_.find(watched.name());
    Verdict verdict = judge(watched.monitor->expect, sighting, watched.readings);
    const TimePoint now = parts_.clock.now();
    watched.reason = std::move(verdict.reason);
    watched.vigil.saw(verdict.ok, now);
    const bool is_away = !watched.container.empty() && sighting == nullptr;
    if (const auto news = watched.vigil.news(now))
        tell(watched, *news, watched.vigil.changes(), sighting);
    else if (is_away && !watched.told.ok)
        tell(watched, false, std::max<std::size_t>(1, watched.vigil.changes()), sighting); // that it is to be forgotten
    arm(watched);
}

// What is pending goes first: when it is safe, another look follows.
void MonitorSource::tell(Watched& watched, bool ok, std::size_t changes, const Sighting* sighting)
{
    if (watched.told.pending)
        return;
    watched.told.pending = event_of(watched, ok, changes, sighting, parts_.clock.wall());
    watched.told.ok = ok;
    watched.told_missing = sighting == nullptr;
    watched.vigil.tell(ok);
    teller_.deliver(watched);
}

void MonitorSource::told(Watched& watched)
{
    const Monitor& monitor = *watched.monitor;
    const std::string name = monitor.name;
    if (monitor.heartbeat)
        watched.heartbeat_at = parts_.clock.now() + monitor.interval;
    if (monitor.once && monitor.owner.empty()) {
        erase(name);
        parts_.records.forget_soon(name);
        return;
    }
    const bool is_back = fresh_ && view_.find(watched.name()) != nullptr;
    if (!watched.container.empty() && watched.told_missing && !is_back) {
        parts_.records.forget_one_soon(name, watched.container);
        list_.drop(*list_.find(name), watched.container);
        return;
    }
    look(watched);
}

// Something is due.
void MonitorSource::act(Watched& watched)
{
    const TimePoint now = parts_.clock.now();
    const Sighting* sighting = fresh_ ? view_.find(watched.name()) : nullptr;
    if (watched.retry_at && *watched.retry_at <= now)
        teller_.deliver(watched);
    if (watched.reading_at && *watched.reading_at <= now) {
        watched.reading_at = now + watched.monitor->interval;
        if (sighting != nullptr && sighting->running())
            gauge_.read(watched, sighting->id);
    }
    look(watched);
    const bool beats = watched.heartbeat_at && *watched.heartbeat_at <= now && fresh_;
    if (beats) {
        watched.heartbeat_at = now + watched.monitor->interval;
        tell(watched, watched.told.ok, 0, sighting);
    }
    arm(watched);
}

void MonitorSource::arm(Watched& watched)
{
    const Entry* entry = list_.find(watched.monitor->name);
    if (watched.dropped || entry->is_over())
        return list_.arm(watched, TimePoint::max());
    const TimePoint now = parts_.clock.now();
    const Monitor& monitor = *watched.monitor;
    if (monitor.heartbeat && !watched.heartbeat_at && watched.vigil.seen())
        watched.heartbeat_at = now + monitor.interval;
    if (needs_readings(monitor.expect) && !watched.reading_at)
        watched.reading_at = now;
    TimePoint when = TimePoint::max();
    const auto news = fresh_ && !watched.told.pending ? watched.vigil.next() : std::nullopt;
    const auto beat = fresh_ ? watched.heartbeat_at : std::nullopt;
    const auto reading = fresh_ ? watched.reading_at : std::nullopt;
    for (const auto& one : {news, beat, reading, watched.retry_at})
        when = std::min(when, one.value_or(TimePoint::max()));
    if (when < list_.next())
        nap_.wake();
    list_.arm(watched, when);
}

} // namespace forager::monitoring
