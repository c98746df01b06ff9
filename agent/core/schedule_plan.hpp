// Which runs of a schedule to ask for, as the calendar's clock goes on, stands still, leaps or falls back. Decides for
// the cron source; no I/O, no clock.
#pragma once

#include "core/due_time.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace forager {

/// What becomes of runs whose time passed while nobody looked: the agent was down, the machine asleep, the clock leapt.
enum class Missed {
    skip, ///< they do not take place; a run is only late, not missed, up to `SchedulePlan::lateness`
    once, ///< one run stands for all of them
    all,  ///< each takes place, the latest `SchedulePlan::most_runs` of them
};

class SchedulePlan {
public:
    static constexpr std::size_t most_runs = 100;
    static constexpr Duration lateness = std::chrono::seconds{90};

    /// A clock that falls back by less leaves the plan as it is, so that no minute runs twice: it waits until the clock
    /// is where it was. One that falls back further was wrong before, and the plan begins again from the present.
    static constexpr Duration longest_setback = std::chrono::hours{24};

    /// Everything up to `settled` counts as done.
    SchedulePlan(CronExpression expression, std::shared_ptr<const ZoneRules> zone, Missed missed, WallTime settled);

    /// What a look at the clock brought that people should hear of.
    struct News {
        /// From here to the first pending run, or to the present, runs will not take place by themselves.
        std::optional<WallTime> lost_from;
        bool set_back = false; ///< by more than `longest_setback`
    };

    /// Moves what has become due to the pending runs.
    News look(WallTime now);

    /// The run to ask for now.
    std::optional<WallTime> pending() const;

    /// The pending run was accepted, or is given up.
    void settle();

    /// Everything up to here is settled: what must outlive the process.
    WallTime settled() const { return settled_; }

    /// When the next run will be pending.
    std::optional<WallTime> next() const { return next_; }

private:
    std::vector<WallTime> latest_due(WallTime now) const;
    std::vector<WallTime> due_between(WallTime after, WallTime until) const;
    std::optional<WallTime> take(const std::vector<WallTime>& due, WallTime now);
    void see(WallTime until);

    CronExpression expression_;
    std::shared_ptr<const ZoneRules> zone_;
    Missed missed_;
    WallTime settled_;
    WallTime seen_; // due times up to here are pending or settled
    std::optional<WallTime> next_;
    std::deque<WallTime> pending_;
};

} // namespace forager
