#include "core/reconcile/plan.hpp"

#include "core/reconcile/memory.hpp"
#include "core/reconcile/replica_view.hpp"
#include "core/reconcile/verdict.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <set>
#include <tuple>

namespace forager::reconcile {

namespace {

using Replicas = std::vector<const Instance*>;

// Of "web-1a2b3c4d-7"; what has none comes before all that have one.
std::int64_t index_in(std::string_view name)
{
    const std::string_view digits = name.substr(name.rfind('-') + 1);
    std::int64_t index = -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    return error == std::errc{} && end == digits.data() + digits.size() ? index : -1;
}

// A step of SplitMix64: of one random number many.
std::uint64_t drawn(std::uint64_t& state)
{
    state += 0x9e3779b97f4a7c15;
    std::uint64_t bits = state;
    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111eb;
    return bits ^ bits >> 31;
}

std::string death_of(const Instance& instance)
{
    if (instance.exit_code)
        return "it ended with status " + std::to_string(*instance.exit_code);
    return instance.trouble.empty() ? "it ended" : "it ended: " + end_of(instance);
}

// One without a print is as good as of another template, and says why.
std::string why_old(const Look& look, const Instance& instance)
{
    if (instance.runtime != look.wanted.runtime)
        return "it runs on " + std::string{word(instance.runtime)} + ", not on " +
               std::string{word(look.wanted.runtime)};
    const bool says_why = instance.print.empty() && !instance.trouble.empty();
    return says_why ? instance.trouble : "its template is not the wanted one";
}

class Planner {
public:
    Planner(const Look& look, const Memory& memory);

    std::vector<Action> actions() &&;
    std::vector<Action> none_left() &&;

private:
    void stop(const Instance& instance, std::string reason);
    void start_missing();
    void drop_surplus();
    void drop_old();
    void replace_unhealthy();
    void change_old();

    bool may_lose(const Instance& instance) const;
    bool waits() const { return next_start_ > look_.now; }
    std::int64_t fresh() const { return static_cast<std::int64_t>(fresh_.size()) + started_; }
    std::string start_reason(std::int64_t missing) const;
    std::string free_name();
    void order(Replicas& replicas) const;

    const Look& look_;
    const Memory& memory_;
    WallTime next_start_;
    std::vector<Action> actions_;
    Replicas dead_;
    Replicas old_;                     ///< live ones of another template
    Replicas fresh_;                   ///< live ones of the wanted one
    std::multiset<std::string> names_; ///< two runtimes may have the same one
    std::uint64_t chance_;
    std::int64_t live_ = 0;
    std::int64_t available_ = 0;
    std::int64_t started_ = 0;
    std::int64_t allowed_ = 0; ///< starts in spite of a back-off
};

Planner::Planner(const Look& look, const Memory& memory)
    : look_{look}, memory_{memory}, next_start_{next_start(memory)}, chance_{look.chance}
{
    for (const Instance& instance : look.there) {
        names_.insert(instance.name);
        if (!is_live(instance))
            dead_.push_back(&instance);
        else if (is_fresh(look, memory, instance))
            fresh_.push_back(&instance);
        else
            old_.push_back(&instance);
        live_ += is_live(instance) ? 1 : 0;
        available_ += is_available(look, memory, instance) ? 1 : 0;
    }
    // One that has lived for long is no crash loop.
    allowed_ = std::ranges::count_if(dead_, [&](const Instance* dead) { return !died_at_once(look, *dead); });
    order(old_);
    order(fresh_);
}

// Those that are stopped first come first.
void Planner::order(Replicas& replicas) const
{
    const bool by_index = look_.wanted.naming == Naming::index;
    const auto worth = [this](const Instance& i) {
        return (is_ready(i) ? 1 : 0) + (is_available(look_, memory_, i) ? 1 : 0);
    };
    std::ranges::sort(replicas, [by_index, worth](const Instance* one, const Instance* other) {
        if (worth(*one) != worth(*other))
            return worth(*one) < worth(*other);
        if (one->unhealthy != other->unhealthy)
            return one->unhealthy;
        if (by_index && index_in(one->name) != index_in(other->name))
            return index_in(one->name) > index_in(other->name);
        return std::tie(one->created, one->name) < std::tie(other->created, other->name);
    });
}

void Planner::stop(const Instance& instance, std::string reason)
{
    actions_.emplace_back(Action::Kind::stop, instance.runtime, instance.name, std::move(reason));
    names_.erase(names_.find(instance.name));
    live_ -= is_live(instance) ? 1 : 0;
    available_ -= is_available(look_, memory_, instance) ? 1 : 0;
}

void Planner::drop_surplus()
{
    const std::int64_t surplus = fresh() - look_.wanted.replicas;
    for (std::int64_t i = 0; i < surplus; ++i) {
        stop(*fresh_.front(), surplus == 1 ? "1 is too many" : std::to_string(surplus) + " are too many");
        fresh_.erase(fresh_.begin());
    }
}

// Those that serve nobody are no loss.
void Planner::drop_old()
{
    std::erase_if(old_, [this](const Instance* old) {
        if (!is_ready(*old))
            stop(*old, why_old(look_, *old));
        return !is_ready(*old);
    });
}

// Not all at once: what makes one unhealthy often makes all so, and new ones too.
void Planner::replace_unhealthy()
{
    const std::int64_t coming =
        std::ranges::count_if(fresh_, [](const Instance* i) { return !is_ready(*i) && !i->unhealthy; });
    std::int64_t limit = waits() ? 0 : std::max<std::int64_t>(1, look_.wanted.rolling.max_unavailable) - coming;
    std::erase_if(fresh_, [&](const Instance* instance) {
        if (!instance->unhealthy || limit-- <= 0)
            return false;
        stop(*instance, "it is " + end_of(*instance));
        return true;
    });
}

// With a surge nothing needs to be away for a change as a whole: one at least stays.
bool Planner::may_lose(const Instance& instance) const
{
    const Rolling& rolling = look_.wanted.rolling;
    const std::int64_t wanted = look_.wanted.replicas;
    const std::int64_t least = std::min<std::int64_t>(wanted, rolling.max_surge > 0 ? 1 : 0);
    const std::int64_t rest = available_ - (is_available(look_, memory_, instance) ? 1 : 0);
    return rest >= std::max(wanted - rolling.max_unavailable, least);
}

void Planner::change_old()
{
    if (waits() && fresh() < look_.wanted.replicas)
        return; // nothing may come in their places
    std::erase_if(old_, [this](const Instance* old) {
        const bool goes = may_lose(*old);
        if (goes)
            stop(*old, why_old(look_, *old));
        return goes;
    });
}

std::string Planner::start_reason(std::int64_t missing) const
{
    if (missing <= 0)
        return "one of another template is to be replaced";
    return so_many(missing, look_.wanted.replicas) + " missing";
}

std::string Planner::free_name()
{
    const std::string stem = look_.wanted.key.name + "-";
    if (look_.wanted.naming == Naming::index) {
        const std::string beginning = stem + short_id(look_.wanted) + "-";
        std::int64_t index = 0;
        while (names_.contains(beginning + std::to_string(index)))
            ++index;
        return beginning + std::to_string(index);
    }
    for (;;) {
        constexpr std::uint64_t five_digits = 0xfffff;
        char digits[6];
        std::snprintf(digits, sizeof digits, "%05x", static_cast<unsigned>(drawn(chance_) & five_digits));
        if (!names_.contains(stem + digits))
            return stem + digits;
    }
}

void Planner::start_missing()
{
    const std::int64_t wanted = look_.wanted.replicas;
    const std::int64_t room = wanted + look_.wanted.rolling.max_surge - live_;
    std::int64_t count = std::min(wanted - fresh(), room);
    if (waits())
        count = std::min(count, allowed_);
    const std::int64_t missing = wanted - live_;
    for (std::int64_t i = 0; i < count; ++i) {
        std::string name = free_name();
        names_.insert(name);
        actions_.emplace_back(Action::Kind::start, look_.wanted.runtime, std::move(name),
                              start_reason(i < missing ? missing : 0));
        ++live_;
        ++started_;
        --allowed_;
    }
}

// New ones are started before ready old ones are stopped, as far as the surge allows; what that frees is used at once.
std::vector<Action> Planner::actions() &&
{
    for (const Instance* dead : dead_)
        stop(*dead, death_of(*dead));
    drop_surplus();
    drop_old();
    replace_unhealthy();
    start_missing();
    change_old();
    start_missing();
    return std::move(actions_);
}

std::vector<Action> Planner::none_left() &&
{
    for (const Instance& instance : look_.there)
        stop(instance, "its document is deleted");
    return std::move(actions_);
}

// How it looks once they are carried out, and whatever was started is well.
void carry_out(const std::vector<Action>& actions, const Look& look, Memory& memory, std::vector<Instance>& there)
{
    for (const Action& action : actions) {
        std::erase_if(there, [&](const Instance& i) { return i.name == action.name && i.runtime == action.runtime; });
        if (action.kind == Action::Kind::stop)
            continue;
        Instance& started = there.emplace_back();
        started.id = started.name = action.name;
        started.runtime = action.runtime;
        started.print = memory.print;
    }
    for (Instance& instance : there) {
        if (!is_fresh(look, memory, instance))
            continue;
        instance.state = Instance::State::running;
        instance.ready = true;
        instance.unhealthy = false;
        memory.ready_since[instance.id] = WallTime{};
    }
}

} // namespace

Plan plan(const Look& look)
{
    Plan plan;
    plan.memory = remembered(look, print_of(look.wanted.replica));
    if (look.deleting)
        plan.actions = Planner{look, plan.memory}.none_left();
    else if (!look.wanted.paused)
        plan.actions = Planner{look, plan.memory}.actions();
    judge(plan, look);
    return plan;
}

// Each plan brings it nearer, by one replica at least.
std::vector<Action> foreseen(const Look& look)
{
    std::vector<Action> all;
    std::vector<Instance> there = look.there;
    Memory memory = look.memory;
    for (const Instance& instance : there)
        if (is_ready(instance))
            memory.ready_since[instance.id] = WallTime{};
    std::uint64_t chance = look.chance;
    for (std::int64_t steps = look.wanted.replicas + std::ssize(there); steps >= 0; --steps) {
        memory.last_failure.reset(); // pauses end
        memory.failures = 0;
        const Plan next = plan({look.wanted, there, memory, look.now, chance++, look.deleting});
        if (next.actions.empty())
            break;
        all.insert(all.end(), next.actions.begin(), next.actions.end());
        memory = next.memory;
        carry_out(next.actions, look, memory, there);
    }
    return all;
}

} // namespace forager::reconcile
