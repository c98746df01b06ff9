#include "core/reconcile/memory.hpp"

#include "base/text.hpp"
#include "core/reconcile/replica_view.hpp"

#include <algorithm>

namespace forager::reconcile {

namespace {

using namespace std::chrono_literals;

constexpr Duration first_pause = 1s;
constexpr Duration longest_pause = 5min;

// What was well before may have an accident, or two.
Duration pause_after(std::int64_t failures, bool was_well)
{
    const std::int64_t accidents = was_well ? 2 : 1;
    if (failures <= accidents)
        return {};
    Duration pause = first_pause;
    for (std::int64_t i = accidents + 1; i < failures && pause < longest_pause; ++i)
        pause *= 2;
    return std::min(pause, longest_pause);
}

// So soon after its start that it was hardly ever well.
bool is_unhealthy_at_once(const Look& look, const Instance& instance)
{
    if (!is_live(instance) || !instance.unhealthy)
        return false;
    const HealthCheck check = look.wanted.replica.health.value_or(HealthCheck{});
    const Duration verdict = check.retries * (check.interval + check.timeout);
    return !instance.started || look.now - *instance.started < short_life + verdict;
}

// Of one that nobody has seen before there is only what its runtime says.
std::map<std::string, WallTime> ready_ones(const Look& look)
{
    const bool is_first = look.memory.print.empty();
    std::map<std::string, WallTime> ready;
    for (const Instance& instance : look.there) {
        if (!is_ready(instance))
            continue;
        const auto known = look.memory.ready_since.find(instance.id);
        if (known != look.memory.ready_since.end())
            ready.insert(*known);
        else
            ready[instance.id] = is_first ? std::min(look.now, instance.started.value_or(look.now)) : look.now;
    }
    return ready;
}

// A template whose replicas die at once is known by the first of them; after a death it is to be proved again.
void note_trial(Memory& memory, const Look& look)
{
    const Duration trial = trial_on(look.wanted.runtime);
    const auto proves = [&](const Instance& instance) {
        const WallTime since = ready_since(look, memory, instance);
        return is_fresh(look, memory, instance) && is_ready(instance) && look.now - since >= trial &&
               (!memory.last_failure || since >= *memory.last_failure);
    };
    memory.tried = memory.tried || std::ranges::any_of(look.there, proves);
}

void count_failures(Memory& memory, const Look& look)
{
    std::vector<std::string> failed;
    bool is_news = false;
    for (const Instance& instance : look.there) {
        const bool is_bad = died_at_once(look, instance) || is_unhealthy_at_once(look, instance);
        if (!is_fresh(look, memory, instance) || !is_bad)
            continue;
        failed.push_back(instance.id);
        if (std::ranges::find(memory.counted, instance.id) != memory.counted.end())
            continue;
        is_news = true;
        memory.last_end = end_of(instance);
    }
    memory.counted = std::move(failed);
    if (!is_news)
        return;
    memory.tried = false;
    ++memory.failures;
    memory.last_failure = look.now;
}

bool lives_long(const Look& look, const Memory& memory, const Instance& instance)
{
    return is_fresh(look, memory, instance) && is_ready(instance) &&
           look.now - ready_since(look, memory, instance) >= short_life;
}

// One that is ready since the last failure, and lives.
bool proves_well(const Look& look, const Memory& memory, const Instance& instance)
{
    return lives_long(look, memory, instance) && ready_since(look, memory, instance) >= *memory.last_failure;
}

// All that are wanted are there, and have lived for longer than those that die at once: for a moment these are there,
// too.
bool has_all_for_good(const Look& look, const Memory& memory)
{
    const auto lives = [&](const Instance& instance) {
        return lives_long(look, memory, instance) && is_available(look, memory, instance);
    };
    return std::ranges::count_if(look.there, lives) >= look.wanted.replicas;
}

void forgive(Memory& memory, const Look& look)
{
    if (memory.failures == 0 || look.now - *memory.last_failure < short_life)
        return;
    if (!has_all_for_good(look, memory) &&
        std::ranges::none_of(look.there, [&](const Instance& i) { return proves_well(look, memory, i); }))
        return;
    memory.failures = 0;
    memory.last_failure.reset();
    memory.last_end.clear();
}

void note_progress(Memory& memory, const Look& look, std::int64_t available)
{
    const bool is_idle = look.wanted.paused || available >= look.wanted.replicas;
    if (available > memory.most_ready || is_idle || !memory.last_progress)
        memory.last_progress = look.now;
    memory.most_ready = std::max(memory.most_ready, available);
    if (look.wanted.replicas > 0 && has_all_for_good(look, memory))
        memory.done = true;
}

} // namespace

bool died_at_once(const Look& look, const Instance& instance)
{
    if (is_live(instance))
        return false;
    return !instance.started || instance.ended.value_or(look.now) - *instance.started < short_life;
}

std::string end_of(const Instance& instance)
{
    constexpr std::size_t longest = 200;
    const std::string words = printable(tail(instance.trouble, longest));
    if (is_live(instance))
        return "unhealthy" + (words.empty() ? "" : ": " + words);
    if (!words.empty())
        return words;
    return instance.exit_code ? "exit " + std::to_string(*instance.exit_code) : "it ended";
}

WallTime next_start(const Memory& memory)
{
    return memory.last_failure ? *memory.last_failure + pause_after(memory.failures, memory.done) : WallTime::min();
}

WallTime deadline(const Look& look, const Memory& memory)
{
    return memory.last_progress.value_or(look.now) + look.wanted.rolling.progress_deadline;
}

bool has_failed(const Look& look, const Memory& memory)
{
    if (memory.done || look.wanted.replicas == 0)
        return false;
    return memory.failures >= many_failures || deadline(look, memory) <= look.now;
}

Memory remembered(const Look& look, const std::string& print)
{
    Memory memory = look.memory;
    if (memory.print != print) {
        memory = {};
        memory.print = print;
    }
    memory.ready_since = ready_ones(look);
    note_trial(memory, look);
    const std::int64_t available = std::ranges::count_if(look.there, [&](const Instance& instance) {
        return is_fresh(look, memory, instance) && is_available(look, memory, instance);
    });
    count_failures(memory, look);
    forgive(memory, look);
    note_progress(memory, look, available);
    return memory;
}

} // namespace forager::reconcile
