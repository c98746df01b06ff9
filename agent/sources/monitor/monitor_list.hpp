// The monitors that there are, found by their names, by their containers, and by when something is to be done about
// them. No I/O.
#pragma once

#include "clients/docker/usage.hpp"
#include "core/retry.hpp"
#include "ports/monitor_records.hpp"
#include "ports/monitors.hpp"
#include "sources/monitor/container_view.hpp"
#include "sources/monitor/verdict.hpp"
#include "sources/monitor/vigil.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace forager::monitoring {

/// One container of one monitor.
struct Watched : std::enable_shared_from_this<Watched> {
    Watched(std::shared_ptr<const Monitor> monitor, std::string container, ToldState told)
        : monitor{std::move(monitor)},
          container{std::move(container)},
          vigil{this->monitor->damp, told.ok},
          told{std::move(told)}
    {
        const auto& pending = this->told.pending;
        told_missing = pending && part<std::string>(*pending, "status") == "missing";
    }

    /// What it is called among the engine's containers.
    const std::string& name() const { return container.empty() ? monitor->of.name : container; }

    std::shared_ptr<const Monitor> monitor;
    std::string container; ///< its name; of a monitor of one it is empty
    Vigil vigil;
    ToldState told;
    std::string reason; ///< of the last look
    Readings readings;
    std::optional<docker::CpuTime> cpu; ///< at the last reading
    bool reads = false;                 ///< the engine is being asked
    bool delivers = false;              ///< the pending event is on its way
    bool told_missing = false;          ///< the last event told is that it is not there any more
    bool dropped = false;               ///< from the list, while something waits for it
    std::string trouble;
    Backoff backoff{std::chrono::seconds{1}, std::chrono::seconds{60}};
    std::optional<TimePoint> retry_at, heartbeat_at, reading_at;
    TimePoint due = TimePoint::max(); ///< its place in the agenda
};

using SharedWatched = std::shared_ptr<Watched>;

struct Entry {
    std::shared_ptr<const Monitor> monitor;
    std::map<std::string, SharedWatched> containers;

    bool selects() const { return monitor->of.name.empty(); }

    /// A monitor that fires once, and has.
    bool is_over() const;
};

/// What was told of each of its containers.
std::map<std::string, ToldState> told_of(const Entry& entry);

/// For whoever lists monitors.
MonitorStatus status_of(const Entry& entry);

class MonitorList {
public:
    /// Replaces one of this name.
    Entry& put(Monitor monitor, std::map<std::string, ToldState> told);
    bool remove(const std::string& name);
    Entry* find(const std::string& name);

    /// A container of a monitor of several, which is new or known.
    Watched& have(Entry& entry, const std::string& container);
    void drop(Entry& entry, const std::string& container);

    /// Monitors of one container that is called so, or whose id begins so.
    std::vector<Entry*> of(const std::string& name);
    const std::set<Entry*>& of_several() const { return of_several_; }

    std::map<std::string, Entry>& all() { return entries_; }
    const std::map<std::string, Entry>& all() const { return entries_; }
    bool empty() const { return entries_.empty(); }

    /// The shortest of all intervals; only where there is a monitor.
    Duration interval() const { return *intervals_.begin(); }

    /// Something is to be done about it then; `TimePoint::max()`: nothing.
    void arm(Watched& watched, TimePoint when);
    TimePoint next() const { return agenda_.empty() ? TimePoint::max() : agenda_.begin()->first.first; }
    SharedWatched take_due(TimePoint now);

private:
    static void add(Entry& entry, const std::string& container, ToldState told);
    void forget(Watched& watched);

    std::map<std::string, Entry> entries_;
    std::unordered_multimap<std::string, Entry*> by_container_;
    std::set<Entry*> of_several_;
    std::multiset<Duration> intervals_;
    std::map<std::pair<TimePoint, Watched*>, SharedWatched> agenda_;
};

} // namespace forager::monitoring
