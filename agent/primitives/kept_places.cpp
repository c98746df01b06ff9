#include "primitives/kept_places.hpp"

#include "base/ids.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>
#include <vector>

namespace forager {

namespace asio = boost::asio;

std::string KeptPlaces::name_of(const Keep& keep)
{
    return derived_id(keep.invocation, keep.place);
}

bool KeptPlaces::take_up(const std::string& name, Entry entry)
{
    const std::string id = entry.id;
    return entries_.emplace(name, std::move(entry)).first->second.id == id;
}

const KeptPlaces::Entry* KeptPlaces::find(const std::string& name) const
{
    const auto known = entries_.find(name);
    return known == entries_.end() ? nullptr : &known->second;
}

void KeptPlaces::begin(const Keep& keep, const std::string& print, std::string id)
{
    Entry entry;
    entry.id = std::move(id);
    entry.root = keep.root;
    entry.invocation = keep.invocation;
    entry.part = keep.part;
    entry.print = print;
    entry.runs = true;
    entries_[name_of(keep)] = std::move(entry);
}

bool KeptPlaces::stays(const Keep& keep, bool cancelled, bool completed)
{
    const auto known = entries_.find(name_of(keep));
    if (known == entries_.end())
        return false;
    known->second.runs = false;
    const bool is_asked_again = completed && !keep.part.empty();
    if (is_asked_again || (cancelled && leaving_))
        return true;
    entries_.erase(known);
    return false;
}

std::set<std::string> KeptPlaces::roots() const
{
    std::set<std::string> all;
    for (const auto& [name, entry] : entries_)
        all.insert(entry.root);
    return all;
}

bool KeptPlaces::holds(const KeptOf& whose) const
{
    for (const auto& [name, entry] : entries_)
        if (fits(entry, whose))
            return true;
    return false;
}

// What runs in a part is still waited for by somebody who ends it himself.
bool KeptPlaces::fits(const Entry& entry, const KeptOf& whose)
{
    return (whose.root.empty() || entry.root == whose.root) &&
           (whose.invocation.empty() || entry.invocation == whose.invocation) &&
           (whose.part.empty() || (entry.part == whose.part && !entry.runs));
}

asio::awaitable<void> KeptPlaces::end(KeptOf whose)
{
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    if (whose.cut_off && leaving_)
        co_return;
    std::vector<std::string> names;
    for (const auto& [name, entry] : entries_)
        if (fits(entry, whose))
            names.push_back(name);
    for (const std::string& name : names)
        co_await forget(name);
}

asio::awaitable<void> KeptPlaces::forget(std::string name)
{
    const auto known = entries_.find(name);
    if (known == entries_.end())
        co_return;
    std::string id = std::move(known->second.id);
    entries_.erase(known);
    auto removed = remove(std::move(id));
    co_await std::move(removed);
}

} // namespace forager
