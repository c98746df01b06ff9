// Plans against a toy world in which replicas die, starts fail, the document changes and the agent dies between any two
// steps: whatever has happened, once that stops all is as wanted soon, and stays so.
#include "core/reconcile/plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace forager;
using namespace forager::reconcile;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t seeds = 1'000;

class Dice {
public:
    explicit Dice(std::uint64_t seed) : bits_{seed} {}

    std::uint64_t bits() { return bits_(); }
    std::int64_t upto(std::int64_t most)
    {
        return static_cast<std::int64_t>(bits_() % (static_cast<std::uint64_t>(most) + 1));
    }
    bool one_in(std::int64_t sides) { return upto(sides - 1) == 0; }
    Duration time(Duration longest) { return std::chrono::milliseconds{upto(longest / 1ms)}; }

private:
    std::mt19937_64 bits_;
};

struct Replica {
    Instance instance;
    WallTime ready_at;
    std::optional<WallTime> dies_at;
    bool is_sick = false; ///< becomes unhealthy instead of ready
};

class World {
public:
    explicit World(Dice& dice) : dice_{dice} {}

    WallTime now() const { return now_; }
    void calm() { is_calm_ = true; }

    std::vector<Instance> list() const
    {
        std::vector<Instance> all;
        for (const Replica& replica : replicas_)
            all.push_back(replica.instance);
        return all;
    }

    /// False: it could not be started, and nothing is left of it.
    bool start(const std::string& name, const std::string& print)
    {
        std::erase_if(replicas_, [&](const Replica& r) {
            return r.instance.name == name && r.instance.state == Instance::State::ended;
        });
        if (!is_calm_ && dice_.one_in(8))
            return false;
        Replica replica;
        replica.instance.name = name;
        replica.instance.id = std::to_string(++ids_);
        replica.instance.print = print;
        replica.instance.created = now_;
        replica.ready_at = now_ + dice_.time(4s);
        if (!is_calm_ && dice_.one_in(4))
            replica.dies_at = now_ + dice_.time(dice_.one_in(2) ? 2s : 20s);
        replica.is_sick = !is_calm_ && dice_.one_in(10);
        replicas_.push_back(replica);
        settle();
        return true;
    }

    bool stop(const std::string& name)
    {
        return std::erase_if(replicas_, [&](const Replica& r) { return r.instance.name == name; }) == 1;
    }

    void kill_one()
    {
        if (replicas_.empty())
            return;
        Replica& victim = replicas_[static_cast<std::size_t>(dice_.upto(std::ssize(replicas_) - 1))];
        victim.dies_at = std::min(now_, victim.dies_at.value_or(now_));
        settle();
    }

    /// When the next one changes by itself.
    std::optional<WallTime> next_event() const
    {
        std::optional<WallTime> next;
        const auto take = [&](WallTime time) {
            if (time > now_)
                next = std::min(next.value_or(time), time);
        };
        for (const Replica& replica : replicas_) {
            if (replica.instance.state != Instance::State::ended)
                take(replica.ready_at);
            if (replica.dies_at)
                take(*replica.dies_at);
        }
        return next;
    }

    void advance(WallTime to)
    {
        now_ = to;
        settle();
    }

private:
    void settle()
    {
        for (Replica& replica : replicas_) {
            Instance& instance = replica.instance;
            if (instance.state == Instance::State::ended)
                continue;
            instance.state = Instance::State::running;
            instance.started = instance.created;
            instance.ready = replica.ready_at <= now_ && !replica.is_sick;
            instance.unhealthy = replica.ready_at <= now_ && replica.is_sick;
            if (!replica.dies_at || *replica.dies_at > now_)
                continue;
            instance.state = Instance::State::ended;
            instance.ready = false;
            instance.unhealthy = false;
            instance.exit_code = 1;
            instance.ended = *replica.dies_at;
        }
    }

    Dice& dice_;
    WallTime now_{1000h};
    std::vector<Replica> replicas_;
    int ids_ = 0;
    bool is_calm_ = false;
};

Deployment random_deployment(Dice& dice)
{
    Deployment wanted;
    wanted.key = {"", "", "ExecutorDeployment", "web"};
    wanted.id = "1a2b3c4d5e6f";
    wanted.naming = dice.one_in(2) ? Naming::index : Naming::random;
    wanted.replicas = dice.upto(8);
    wanted.replica.image = std::to_string(dice.upto(2));
    wanted.rolling.max_surge = dice.upto(3);
    wanted.rolling.max_unavailable = dice.upto(3);
    if (wanted.rolling.max_surge == 0 && wanted.rolling.max_unavailable == 0)
        wanted.rolling.max_surge = 1;
    if (dice.one_in(3))
        wanted.rolling.min_ready = dice.time(8s);
    return wanted;
}

/// The reconciler, reduced to what matters here: looks, decides, acts, remembers.
class Run {
public:
    explicit Run(std::uint64_t seed) : seed_{seed}, dice_{seed}, world_{dice_}, wanted_{random_deployment(dice_)} {}

    void disturbed();
    void change_without_disturbance();

private:
    void hold(bool is_so, std::string_view what, std::string_view of = {})
    {
        if (!is_so)
            FAIL("seed " << seed_ << ": " << std::string{what} << std::string{of});
    }

    void fill();
    void disturb();
    void calm_down();
    void delete_it();
    Plan look(bool is_deleting = false);
    void act(const Plan& plan);
    void check(const Plan& plan, const std::vector<Instance>& there);
    void check_limits();
    bool is_converged();
    void wait(const Plan& plan);
    std::string print() const { return print_of(wanted_.replica); }

    std::uint64_t seed_;
    Dice dice_;
    World world_;
    Deployment wanted_;
    Memory memory_;
    bool is_calm_ = false;
    bool keeps_limits_ = false; ///< the world's number of replicas is checked after each step
};

std::int64_t live(const std::vector<Instance>& there)
{
    return std::ranges::count_if(there, [](const Instance& i) { return i.state != Instance::State::ended; });
}

std::int64_t ready(const std::vector<Instance>& there)
{
    return std::ranges::count(there, true, &Instance::ready);
}

// Some are there before anything began, by whatever names.
void Run::fill()
{
    const std::int64_t many = dice_.upto(10);
    for (std::int64_t i = 0; i < many; ++i) {
        Deployment made = wanted_;
        made.replica.image = std::to_string(dice_.upto(2));
        const std::string name = dice_.one_in(2) ? "web-1a2b3c4d-" + std::to_string(i) : "web-0000" + std::to_string(i);
        world_.start(name, print_of(made.replica));
    }
    world_.advance(world_.now() + dice_.time(1min));
    if (dice_.one_in(3))
        world_.kill_one();
}

Plan Run::look(bool is_deleting)
{
    const auto there = world_.list();
    Plan plan = reconcile::plan({.wanted = wanted_,
                                 .there = there,
                                 .memory = memory_,
                                 .now = world_.now(),
                                 .chance = dice_.bits(),
                                 .deleting = is_deleting});
    check(plan, there);
    return plan;
}

// What holds for each plan, whatever was there.
void Run::check(const Plan& plan, const std::vector<Instance>& there)
{
    std::set<std::string> names;
    for (const Instance& instance : there)
        hold(names.insert(instance.name).second, "two of one name: ", instance.name);
    std::int64_t all = live(there);
    std::int64_t well = ready(there);
    const std::int64_t least = std::min(well, wanted_.replicas - wanted_.rolling.max_unavailable);
    for (const Action& action : plan.actions) {
        hold(!action.reason.empty(), "an action without a reason");
        if (action.kind == Action::Kind::start) {
            hold(names.insert(action.name).second, "started under a name that is taken: ", action.name);
            hold(++all <= wanted_.replicas + wanted_.rolling.max_surge, "more than the surge allows");
            continue;
        }
        hold(names.erase(action.name) == 1, "stopped what is not there: ", action.name);
        const auto instance = std::ranges::find(there, action.name, &Instance::name);
        all -= instance->state == Instance::State::ended ? 0 : 1;
        well -= instance->ready ? 1 : 0;
    }
    hold(plan.phase == Phase::deleting || plan.phase == Phase::deleted || well >= least,
         "fewer ready than the limit allows");
}

void Run::check_limits()
{
    const auto there = world_.list();
    const Rolling& rolling = wanted_.rolling;
    hold(ready(there) >= wanted_.replicas - rolling.max_unavailable, "too few are ready");
    hold(rolling.max_surge == 0 || wanted_.replicas == 0 || ready(there) > 0, "none is ready in spite of the surge");
    hold(live(there) <= wanted_.replicas + rolling.max_surge, "too many are there");
}

void Run::act(const Plan& plan)
{
    memory_ = plan.memory;
    for (const Action& action : plan.actions) {
        if (!is_calm_ && dice_.one_in(12)) {
            memory_ = {}; // the agent dies between two steps
            return;
        }
        if (!is_calm_ && dice_.one_in(20))
            world_.kill_one();
        if (action.kind == Action::Kind::start && !world_.start(action.name, print()))
            return;
        if (action.kind == Action::Kind::stop)
            world_.stop(action.name);
        if (keeps_limits_)
            check_limits();
    }
}

// Until something happens, or until the plan wants another look.
void Run::wait(const Plan& plan)
{
    WallTime until = world_.now() + plan.look_again.value_or(10s);
    if (const auto event = world_.next_event())
        until = std::min(until, *event);
    if (!is_calm_ && dice_.one_in(3))
        until = world_.now() + dice_.time(3s);
    world_.advance(until);
    if (keeps_limits_)
        check_limits();
}

void Run::disturb()
{
    const Deployment other = random_deployment(dice_);
    if (dice_.one_in(4))
        wanted_.replicas = other.replicas;
    if (dice_.one_in(6))
        wanted_.replica = other.replica;
    if (dice_.one_in(10))
        wanted_.rolling = other.rolling;
    wanted_.paused = dice_.one_in(10);
    if (dice_.one_in(3))
        world_.kill_one();
    if (dice_.one_in(10))
        memory_ = {};
}

bool Run::is_converged()
{
    const auto there = world_.list();
    const std::string wanted = print();
    return std::ssize(there) == wanted_.replicas && std::ranges::all_of(there, [&](const Instance& instance) {
               return instance.ready && instance.print == wanted;
           });
}

// So many looks at most; back-offs and times of being ready among them.
void Run::calm_down()
{
    constexpr int most_looks = 120;
    is_calm_ = true;
    world_.calm();
    wanted_.paused = false;
    Plan plan = look();
    for (int looks = 0; !(plan.phase == Phase::running && is_converged()); ++looks) {
        hold(looks < most_looks, "not as wanted after so many looks: ", plan.message);
        act(plan);
        wait(plan);
        plan = look();
    }
    hold(plan.actions.empty(), "there is more to do where all is as wanted");
    memory_ = plan.memory;
    hold(look().actions.empty(), "a second look finds more to do");
    memory_ = {};
    hold(look().actions.empty(), "a look without a memory finds more to do");
}

void Run::delete_it()
{
    act(look(true));
    hold(world_.list().empty(), "some are left of what was deleted");
    hold(look(true).phase == Phase::deleted, "what is gone is not said to be gone");
}

void Run::disturbed()
{
    fill();
    for (std::int64_t steps = dice_.upto(15); steps > 0; --steps) {
        disturb();
        const Plan plan = look();
        act(plan);
        wait(plan);
    }
    calm_down();
    delete_it();
}

void Run::change_without_disturbance()
{
    is_calm_ = true;
    world_.calm();
    act(look());
    world_.advance(world_.now() + 1min);
    keeps_limits_ = true;
    check_limits();
    wanted_.replica.image = "another";
    calm_down();
}

} // namespace

TEST_CASE("whatever happens, all is as wanted once it stops")
{
    for (std::uint64_t seed = 1; seed <= seeds; ++seed)
        Run{seed}.disturbed();
}

TEST_CASE("a change that nothing disturbs keeps its limits at every moment")
{
    for (std::uint64_t seed = 1; seed <= seeds / 4; ++seed)
        Run{seed}.change_without_disturbance();
}
