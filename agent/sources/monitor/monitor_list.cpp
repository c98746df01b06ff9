#include "sources/monitor/monitor_list.hpp"

#include <algorithm>

namespace forager::monitoring {

namespace {

// Ids are found by their beginning, whatever is given of them.
std::string key_of(const std::string& name)
{
    return is_id(name) ? short_id(name) : name;
}

} // namespace

bool Entry::is_over() const
{
    return monitor->once &&
           std::ranges::any_of(containers, [](const auto& one) { return one.second->told.events > 0; });
}

std::map<std::string, ToldState> told_of(const Entry& entry)
{
    std::map<std::string, ToldState> told;
    for (const auto& [container, watched] : entry.containers)
        told.emplace(container, watched->told);
    return told;
}

MonitorStatus status_of(const Entry& entry)
{
    MonitorStatus status;
    status.monitor = *entry.monitor;
    status.containers = entry.containers.size();
    status.over = entry.is_over();
    for (const auto& [container, watched] : entry.containers) {
        const auto seen = watched->vigil.seen();
        if (seen)
            status.ok = status.ok.value_or(true) && *seen;
        if (status.reason.empty())
            status.reason = watched->reason;
        if (status.trouble.empty())
            status.trouble = watched->trouble;
        status.events += watched->told.events;
        status.last = std::max(status.last, watched->told.last);
    }
    return status;
}

Entry& MonitorList::put(Monitor monitor, std::map<std::string, ToldState> told)
{
    remove(monitor.name);
    const std::string name = monitor.name;
    Entry& entry = entries_[name];
    entry.monitor = std::make_shared<const Monitor>(std::move(monitor));
    intervals_.insert(entry.monitor->interval);
    if (entry.selects()) {
        of_several_.insert(&entry);
        for (auto& [container, state] : told)
            add(entry, container, std::move(state));
    } else {
        by_container_.emplace(key_of(entry.monitor->of.name), &entry);
        add(entry, "", std::move(told[""]));
    }
    return entry;
}

bool MonitorList::remove(const std::string& name)
{
    const auto found = entries_.find(name);
    if (found == entries_.end())
        return false;
    Entry& entry = found->second;
    for (auto& [container, watched] : entry.containers)
        forget(*watched);
    intervals_.erase(intervals_.find(entry.monitor->interval));
    of_several_.erase(&entry);
    const auto [first, last] = by_container_.equal_range(key_of(entry.monitor->of.name));
    for (auto at = first; at != last; ++at)
        if (at->second == &entry) {
            by_container_.erase(at);
            break;
        }
    entries_.erase(found);
    return true;
}

Entry* MonitorList::find(const std::string& name)
{
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second;
}

void MonitorList::add(Entry& entry, const std::string& container, ToldState told)
{
    entry.containers.emplace(container, std::make_shared<Watched>(entry.monitor, container, std::move(told)));
}

Watched& MonitorList::have(Entry& entry, const std::string& container)
{
    if (!entry.containers.contains(container))
        add(entry, container, {});
    return *entry.containers.at(container);
}

void MonitorList::drop(Entry& entry, const std::string& container)
{
    const auto found = entry.containers.find(container);
    if (found == entry.containers.end())
        return;
    forget(*found->second);
    entry.containers.erase(found);
}

std::vector<Entry*> MonitorList::of(const std::string& name)
{
    std::vector<Entry*> list;
    const auto [first, last] = by_container_.equal_range(key_of(name));
    for (auto at = first; at != last; ++at)
        list.push_back(at->second);
    return list;
}

void MonitorList::arm(Watched& watched, TimePoint when)
{
    if (watched.due == when)
        return;
    agenda_.erase({watched.due, &watched});
    watched.due = watched.dropped ? TimePoint::max() : when;
    if (watched.due != TimePoint::max())
        agenda_.emplace(std::pair{watched.due, &watched}, watched.shared_from_this());
}

SharedWatched MonitorList::take_due(TimePoint now)
{
    if (agenda_.empty() || agenda_.begin()->first.first > now)
        return nullptr;
    auto place = agenda_.extract(agenda_.begin());
    place.mapped()->due = TimePoint::max();
    return std::move(place.mapped());
}

void MonitorList::forget(Watched& watched)
{
    arm(watched, TimePoint::max());
    watched.dropped = true;
}

} // namespace forager::monitoring
