#include "sources/monitor/container_view.hpp"

#include <algorithm>
#include <utility>

namespace forager::monitoring {

namespace {

std::vector<std::string> names_of(const Sighting& sighting)
{
    return {sighting.name, short_id(sighting.id)};
}

} // namespace

bool is_id(std::string_view word)
{
    constexpr std::size_t shortest = 12;
    constexpr std::size_t longest = 64;
    const auto is_digit = [](char one) { return (one >= '0' && one <= '9') || (one >= 'a' && one <= 'f'); };
    return word.size() >= shortest && word.size() <= longest && std::ranges::all_of(word, is_digit);
}

const Sighting* ContainerView::find(const std::string& name) const
{
    if (const auto id = ids_.find(name); id != ids_.end())
        return &by_id_.find(id->second)->second;
    if (!is_id(name))
        return nullptr;
    const auto found = by_id_.lower_bound(name);
    return found != by_id_.end() && found->first.starts_with(name) ? &found->second : nullptr;
}

std::vector<std::string> ContainerView::take(const docker::Event& event, TimePoint now)
{
    if (event.type != "container" || event.id.empty() || !tells_anything(event))
        return {};
    recent_.push_back({event, now});
    return apply_event(event);
}

std::vector<std::string> ContainerView::apply_event(const docker::Event& event)
{
    const auto found = by_id_.find(event.id);
    if (event.action == "destroy") {
        auto names = found == by_id_.end() ? std::vector<std::string>{} : names_of(found->second);
        remove(event.id);
        return names;
    }
    if (found == by_id_.end() && !tells_status(event))
        return {};
    Sighting sighting = found == by_id_.end() ? sighting_of(event) : found->second;
    const std::string before = sighting.name;
    apply(sighting, event);
    auto names = names_of(sighting);
    if (before != sighting.name)
        names.push_back(before);
    put(std::move(sighting));
    return names;
}

void ContainerView::begin_list(TimePoint now)
{
    constexpr Duration moment = std::chrono::seconds{2};
    while (!recent_.empty() && recent_.front().when < now - moment)
        recent_.pop_front();
}

void ContainerView::end_list(const std::vector<Sighting>& list)
{
    const std::map<std::string, Sighting, std::less<>> before = std::exchange(by_id_, {});
    ids_.clear();
    for (Sighting sighting : list) {
        if (const auto known = before.find(sighting.id); known != before.end())
            if (known->second.status == sighting.status) {
                sighting.oom_killed = known->second.oom_killed;
                sighting.time = known->second.time;
            }
        put(std::move(sighting));
    }
    for (const Heard& one : recent_)
        (void)apply_event(one.event);
}

void ContainerView::put(Sighting sighting)
{
    remove(sighting.id);
    if (!sighting.name.empty())
        ids_.insert_or_assign(sighting.name, sighting.id);
    std::string id = sighting.id;
    by_id_.insert_or_assign(std::move(id), std::move(sighting));
}

void ContainerView::remove(const std::string& id)
{
    const auto found = by_id_.find(id);
    if (found == by_id_.end())
        return;
    const auto name = ids_.find(found->second.name);
    if (name != ids_.end() && name->second == id)
        ids_.erase(name);
    by_id_.erase(found);
}

} // namespace forager::monitoring
