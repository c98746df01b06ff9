#include "core/schedule_plan.hpp"

#include <algorithm>
#include <utility>

namespace forager {

SchedulePlan::SchedulePlan(CronExpression expression, std::shared_ptr<const ZoneRules> zone, Missed missed,
                           WallTime settled)
    : expression_{expression}, zone_{std::move(zone)}, missed_{missed}, settled_{settled}
{
    see(settled);
}

SchedulePlan::News SchedulePlan::look(WallTime now)
{
    News news;
    if (seen_ - now > longest_setback) {
        news.set_back = true;
        pending_.clear();
        settled_ = now;
        see(now);
    }
    if (!next_ || *next_ > now)
        return news;
    const std::vector<WallTime> due = latest_due(now);
    news.lost_from = take(due, now);
    see(due.back());
    if (pending_.empty())
        settled_ = seen_;
    return news;
}

std::optional<WallTime> SchedulePlan::pending() const
{
    return pending_.empty() ? std::nullopt : std::optional{pending_.front()};
}

void SchedulePlan::settle()
{
    settled_ = pending_.front();
    pending_.pop_front();
    if (pending_.empty())
        settled_ = seen_;
}

void SchedulePlan::see(WallTime until)
{
    seen_ = until;
    next_ = next_due(expression_, *zone_, until);
}

// Makes the runs pending that the policy keeps, and gives the first that is lost.
std::optional<WallTime> SchedulePlan::take(const std::vector<WallTime>& due, WallTime now)
{
    if (missed_ == Missed::skip && now - due.back() > lateness)
        return next_;
    const WallTime oldest = pending_.empty() ? *next_ : pending_.front();
    if (missed_ != Missed::all)
        pending_.clear();
    pending_.insert(pending_.end(), due.begin(), due.end());
    while (pending_.size() > most_runs)
        pending_.pop_front();
    return pending_.front() == oldest ? std::nullopt : std::optional{oldest};
}

// At least one has become due. Looks back in growing steps: years of minutes must not be counted one by one.
std::vector<WallTime> SchedulePlan::latest_due(WallTime now) const
{
    const std::size_t wanted = missed_ == Missed::all ? most_runs : 1;
    for (Duration window = std::chrono::hours{1};; window *= 4) {
        const WallTime after = std::max(seen_, now - window);
        std::vector<WallTime> due = due_between(after, now);
        if (due.size() < wanted && after != seen_)
            continue;
        if (due.size() > wanted)
            due.erase(due.begin(), due.end() - static_cast<std::ptrdiff_t>(wanted));
        return due;
    }
}

std::vector<WallTime> SchedulePlan::due_between(WallTime after, WallTime until) const
{
    std::vector<WallTime> due;
    for (auto time = next_due(expression_, *zone_, after); time && *time <= until;
         time = next_due(expression_, *zone_, *time))
        due.push_back(*time);
    return due;
}

} // namespace forager
