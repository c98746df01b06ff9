#include "core/reconcile/verdict.hpp"

#include "base/duration.hpp"
#include "base/timestamp.hpp"
#include "core/reconcile/memory.hpp"
#include "core/reconcile/replica_view.hpp"

#include <algorithm>

namespace forager::reconcile {

namespace {

using namespace std::chrono_literals;

struct Count {
    std::int64_t live = 0;
    std::int64_t old = 0;       ///< live ones of another template
    std::int64_t ready = 0;     ///< of any template
    std::int64_t available = 0; ///< of the wanted one
};

Count count(const Look& look, const Memory& memory)
{
    Count count;
    for (const Instance& instance : look.there) {
        count.live += is_live(instance) ? 1 : 0;
        count.old += is_live(instance) && !is_fresh(look, memory, instance) ? 1 : 0;
        count.ready += is_ready(instance) ? 1 : 0;
        count.available += is_fresh(look, memory, instance) && is_available(look, memory, instance) ? 1 : 0;
    }
    return count;
}

// Of the first that has some.
std::string trouble_in(const Look& look)
{
    for (const Instance& instance : look.there)
        if (is_live(instance) && !is_ready(instance) && (instance.unhealthy || !instance.trouble.empty()))
            return "; " + instance.name + ": " + (instance.unhealthy ? end_of(instance) : instance.trouble);
    return "";
}

std::string next_try(const Look& look, const Memory& memory)
{
    const WallTime next = next_start(memory);
    return next > look.now ? ": the next try is at " + timestamp(next) : "";
}

std::string dying(const Memory& memory)
{
    return "its replicas die soon after their start (" + std::to_string(memory.failures) +
           " in a row; the last: " + memory.last_end + ")";
}

Phase phase_of(const Look& look, const Memory& memory, const Count& count)
{
    const std::int64_t wanted = look.wanted.replicas;
    if (look.deleting)
        return look.there.empty() ? Phase::deleted : Phase::deleting;
    if (look.wanted.paused)
        return Phase::paused;
    if (memory.failures >= many_failures || has_failed(look, memory))
        return Phase::degraded;
    if (count.old > 0)
        return Phase::updating;
    if (count.live == wanted && count.available == wanted)
        return Phase::running;
    return memory.done || wanted == 0 ? Phase::scaling : Phase::pending;
}

std::string stuck(const Look& look, const Count& count)
{
    return "none more became ready within " + forager::to_text(look.wanted.rolling.progress_deadline) + " (" +
           so_many(count.ready, look.wanted.replicas) + " ready" + trouble_in(look) + ")";
}

std::string message_of(Phase phase, const Look& look, const Memory& memory, const Count& count)
{
    const std::int64_t wanted = look.wanted.replicas;
    const std::string ready = so_many(count.ready, wanted) + " ready";
    switch (phase) {
    case Phase::running:
    case Phase::deleted: return "";
    case Phase::deleting:
        return std::to_string(look.there.size()) + (look.there.size() == 1 ? " is left" : " are left");
    case Phase::paused: return "nothing is changed while it is paused (" + ready + ")";
    case Phase::updating:
        return so_many(count.available, wanted) + " of the wanted template and ready" + trouble_in(look);
    case Phase::degraded:
        return memory.failures >= many_failures ? dying(memory) + next_try(look, memory) : stuck(look, count);
    case Phase::pending:
    case Phase::scaling: break;
    }
    if (memory.failures > 0 && count.live < wanted)
        return dying(memory) + next_try(look, memory);
    if (count.live > wanted)
        return std::to_string(count.live) + (count.live == 1 ? " is" : " are") + " there instead of " +
               std::to_string(wanted);
    const bool is_young = count.ready >= wanted && count.available < wanted;
    return ready + (is_young ? ", not yet for long enough" : "") + trouble_in(look);
}

/// The soonest of some moments that are still to come.
class Soonest {
public:
    explicit Soonest(WallTime now) : now_{now} {}

    void at(WallTime moment)
    {
        constexpr Duration least = 1ms;
        if (moment > now_)
            wait_ = std::min(wait_.value_or(Duration::max()), std::max<Duration>(moment - now_, least));
    }

    std::optional<Duration> wait() const { return wait_; }

private:
    WallTime now_;
    std::optional<Duration> wait_;
};

std::optional<Duration> look_again(const Plan& plan, const Look& look)
{
    constexpr Duration after_actions = 1s; // they may not have done all that they should
    const Memory& memory = plan.memory;
    Soonest soonest{look.now};
    if (!plan.actions.empty())
        soonest.at(look.now + after_actions);
    if (look.wanted.paused || look.deleting)
        return soonest.wait();
    if (!memory.done && look.wanted.replicas > 0)
        soonest.at(deadline(look, memory));
    if (memory.last_failure) {
        soonest.at(next_start(memory));
        soonest.at(*memory.last_failure + short_life);
    }
    for (const Instance& instance : look.there) {
        if (is_ready(instance))
            soonest.at(ripe_at(look, memory, instance));
        if (is_ready(instance) && (memory.last_failure || !memory.done))
            soonest.at(ready_since(look, memory, instance) + short_life);
    }
    return soonest.wait();
}

} // namespace

std::string so_many(std::int64_t count, std::int64_t all)
{
    return std::to_string(count) + " of " + std::to_string(all) + (count == 1 ? " is" : " are");
}

void judge(Plan& plan, const Look& look)
{
    const Count there = count(look, plan.memory);
    plan.phase = phase_of(look, plan.memory, there);
    plan.message = message_of(plan.phase, look, plan.memory, there);
    if (plan.phase == Phase::degraded && has_failed(look, plan.memory))
        plan.failure = plan.memory.failures >= many_failures ? dying(plan.memory) : stuck(look, there);
    plan.look_again = look_again(plan, look);
}

} // namespace forager::reconcile
