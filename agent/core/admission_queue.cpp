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
        make_ready(std::move(entry));
        return;
    }
    const std::string key = entry.order_key;
    behind_[key].emplace(entry.number, std::move(entry));
    let_next(key);
}

void AdmissionQueue::make_ready(QueueEntry entry)
{
    Line& line = ready_[entry.function];
    line.insert(std::move(entry));
}

// The one that goes has begun, and nobody overlaps with it yet.
bool AdmissionQueue::may_overlap(const QueueEntry& entry) const
{
    const auto holder = busy_.find(entry.order_key);
    return entry.overlaps && holder != busy_.end() && out_.contains(holder->second);
}

void AdmissionQueue::let_next(const std::string& order_key)
{
    const auto line = behind_.find(order_key);
    if (line == behind_.end() || overlapping_.contains(order_key))
        return;
    const auto first = line->second.begin();
    const bool is_free = !busy_.contains(order_key);
    if (!is_free && !may_overlap(first->second))
        return;
    (is_free ? busy_ : overlapping_).emplace(order_key, first->second.id);
    make_ready(std::move(first->second));
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

// Functions are few, and what waits for one of them may be much.
AdmissionQueue::Line* AdmissionQueue::next_line(const Room& has_room)
{
    Line* best = nullptr;
    for (auto& [function, line] : ready_)
        if ((best == nullptr || Before{}(*line.begin(), *best->begin())) && has_room(function))
            best = &line;
    return best;
}

bool AdmissionQueue::has_ready(WallTime now, const Room& has_room)
{
    ripen(now);
    return next_line(has_room) != nullptr;
}

std::optional<QueueEntry> AdmissionQueue::take(WallTime now, const Room& has_room)
{
    ripen(now);
    Line* line = next_line(has_room);
    if (line == nullptr)
        return {};
    QueueEntry entry = *line->begin();
    (void)take_from_line(entry);
    waiting_ids_.erase(entry.id);
    out_.emplace(entry.id, entry);
    let_next(entry.order_key);
    return entry;
}

bool AdmissionQueue::take_from_line(const QueueEntry& entry)
{
    const auto line = ready_.find(entry.function);
    const bool found = line != ready_.end() && line->second.erase(entry) > 0;
    if (found && line->second.empty())
        ready_.erase(line);
    return found;
}

// It stays the one of its key, if it is, until it has ended.
bool AdmissionQueue::take_out(std::string_view id)
{
    const auto found = waiting_ids_.find(id);
    if (found == waiting_ids_.end())
        return false;
    const QueueEntry entry = found->second;
    waiting_ids_.erase(found);
    out_.emplace(entry.id, entry);
    std::erase_if(later_, [&](const auto& one) { return one.second.id == entry.id; });
    (void)take_from_line(entry);
    if (const auto line = behind_.find(entry.order_key); line != behind_.end()) {
        line->second.erase(entry.number);
        if (line->second.empty())
            behind_.erase(line);
    }
    return true;
}

void AdmissionQueue::leave_key(const QueueEntry& entry)
{
    for (auto* holders : {&busy_, &overlapping_}) {
        const auto holder = holders->find(entry.order_key);
        if (holder != holders->end() && holder->second == entry.id)
            holders->erase(holder);
    }
}

void AdmissionQueue::done(std::string_view id)
{
    const auto found = out_.find(id);
    if (found == out_.end())
        return;
    const QueueEntry entry = found->second;
    out_.erase(found);
    leave_key(entry);
    let_next(entry.order_key);
}

void AdmissionQueue::put_back(std::string_view id)
{
    const auto found = out_.find(id);
    if (found == out_.end())
        return;
    QueueEntry entry = found->second;
    out_.erase(found);
    leave_key(entry);
    add(std::move(entry));
}

int AdmissionQueue::priority_of(std::string_view id) const
{
    const auto found = out_.find(id);
    return found == out_.end() ? 0 : found->second.priority;
}

std::string AdmissionQueue::holder_of(const std::string& order_key) const
{
    for (const auto* holders : {&busy_, &overlapping_})
        if (const auto holder = holders->find(order_key); holder != holders->end())
            return holder->second;
    return {};
}

std::optional<WallTime> AdmissionQueue::next_due() const
{
    if (later_.empty())
        return {};
    return later_.begin()->first;
}

} // namespace forager
