#include "core/admission_queue.hpp"

#include <tuple>
#include <utility>

namespace forager {

bool AdmissionQueue::Before::operator()(const QueueEntry& a, const QueueEntry& b) const
{
    return std::tuple{-a.priority, a.number} < std::tuple{-b.priority, b.number};
}

void AdmissionQueue::add(QueueEntry entry)
{
    std::string id = entry.id;
    waiting_ids_.insert_or_assign(std::move(id), entry);
    if (entry.not_before) {
        const WallTime due = *entry.not_before;
        later_.emplace(due, std::move(entry));
    } else {
        line_up(std::move(entry));
    }
}

// Of an order key only the first is in the line.
void AdmissionQueue::line_up(QueueEntry entry)
{
    if (entry.order_key.empty()) {
        ready_.insert(std::move(entry));
        return;
    }
    const std::string key = entry.order_key;
    behind_[key].emplace(entry.number, std::move(entry));
    let_next(key);
}

void AdmissionQueue::let_next(const std::string& order_key)
{
    const auto line = behind_.find(order_key);
    if (line == behind_.end() || busy_.contains(order_key))
        return;
    const auto first = line->second.begin();
    busy_.emplace(order_key, first->second.id);
    ready_.insert(std::move(first->second));
    line->second.erase(first);
    if (line->second.empty())
        behind_.erase(line);
}

void AdmissionQueue::ripen(WallTime now)
{
    while (!later_.empty() && later_.begin()->first <= now) {
        QueueEntry entry = std::move(later_.begin()->second);
        later_.erase(later_.begin());
        line_up(std::move(entry));
    }
}

bool AdmissionQueue::has_ready(WallTime now)
{
    ripen(now);
    return !ready_.empty();
}

std::optional<QueueEntry> AdmissionQueue::take(WallTime now)
{
    ripen(now);
    if (ready_.empty())
        return {};
    QueueEntry entry = std::move(ready_.extract(ready_.begin()).value());
    waiting_ids_.erase(entry.id);
    out_.emplace(entry.id, entry);
    return entry;
}

void AdmissionQueue::done(std::string_view id)
{
    const auto found = out_.find(id);
    if (found == out_.end())
        return;
    const std::string key = found->second.order_key;
    out_.erase(found);
    if (key.empty())
        return;
    busy_.erase(key);
    let_next(key);
}

void AdmissionQueue::put_back(std::string_view id)
{
    const auto found = out_.find(id);
    if (found == out_.end())
        return;
    QueueEntry entry = found->second;
    out_.erase(found);
    busy_.erase(entry.order_key);
    add(std::move(entry));
}

bool AdmissionQueue::remove(std::string_view id)
{
    const auto found = waiting_ids_.find(id);
    if (found == waiting_ids_.end())
        return false;
    const QueueEntry entry = found->second;
    waiting_ids_.erase(found);
    std::erase_if(later_, [&](const auto& one) { return one.second.id == entry.id; });
    if (const auto line = behind_.find(entry.order_key); line != behind_.end()) {
        line->second.erase(entry.number);
        if (line->second.empty())
            behind_.erase(line);
    }
    if (ready_.erase(entry) > 0 && !entry.order_key.empty()) {
        busy_.erase(entry.order_key);
        let_next(entry.order_key);
    }
    return true;
}

std::optional<WallTime> AdmissionQueue::next_due() const
{
    if (later_.empty())
        return {};
    return later_.begin()->first;
}

} // namespace forager
