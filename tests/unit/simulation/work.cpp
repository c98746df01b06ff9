#include "work.hpp"

#include "base/counted.hpp"
#include "core/invocation.hpp"

#include <utility>

namespace forager::test {

namespace asio = boost::asio;

namespace {

// A plan is a list of what to do. Each step draws a number; the result tells who drew which in what step.
constexpr std::string_view text = R"(
local forager = require "forager"
local function step(ctx, seen, name)
  seen[#seen + 1] = { ctx.id, name, ctx:step(name, function() return ctx:call("sim.effect", ctx.id, name) end) }
  ctx:call("sim.stepped", ctx.id, name)
end
local does = {
  step = function(ctx, seen, n) step(ctx, seen, "step " .. n) end,
  sleep = function(ctx, _, n)
    local begun = ctx:call "sim.now"
    ctx:sleep(n * 3)
    ctx:call("sim.woke", begun, n * 3)
  end,
  wait = function(ctx, _, n)
    local heard, value = pcall(ctx.wait, ctx, "go", { timeout = "40s" })
    if heard then ctx:call("sim.heard", ctx.id, "wait " .. n, value) end
  end,
  child = function(ctx, seen, n)
    for _, one in ipairs(ctx:call("t.child", n)) do seen[#seen + 1] = one end
  end,
  both = function(ctx, seen, n)
    forager.all(function() step(ctx, seen, "left " .. n) end, function() step(ctx, seen, "right " .. n) end)
  end,
  chance = function(ctx, _, n)
    ctx:call("sim.saw", ctx.id, "chance " .. n, ctx:random(1, 1000000))
    ctx:call("sim.saw", ctx.id, "time " .. n, math.tointeger(ctx:now() * 1000 // 1))
  end,
}
forager.func { name = "t.child", durable = true, args = { { "n", "integer" } }, run = function(ctx, n)
  local seen = {}
  step(ctx, seen, "inner " .. n)
  return seen
end }
forager.func { name = "t.durable", durable = true, retries = 2, args = { { "plan", "any" } }, run = function(ctx, plan)
  local seen = {}
  for n, what in ipairs(plan) do does[what](ctx, seen, n) end
  return seen
end }
)";

constexpr std::size_t most_limited = 1;

// There as long as something is done.
class Doing {
public:
    Doing(std::multiset<std::string>& busy, const std::string& root) : busy_{busy}, place_{busy.insert(root)} {}
    Doing(const Doing&) = delete;
    Doing& operator=(const Doing&) = delete;
    ~Doing() { busy_.erase(place_); }

private:
    std::multiset<std::string>& busy_;
    std::multiset<std::string>::iterator place_;
};

std::shared_ptr<Handler> does(ScriptedHandler::Body body)
{
    return std::make_shared<ScriptedHandler>(std::move(body));
}

const std::string& text_in(const Value& value)
{
    return *value.get<std::string>();
}

} // namespace

Work::Work(ScriptWorld& world, Ledger& ledger, std::function<bool()> alive)
    : world_{world}, ledger_{ledger}, alive_{std::move(alive)}
{
    declare();
    declare_reports();
    declare_limited();
    bring_back();
}

std::string Work::script()
{
    return "math.randomseed(" + std::to_string(world_.random.next() % 1'000'000'000) + ")\n" + std::string{text};
}

void Work::declare()
{
    world_.add("sim.effect", does([this](const Invocation& invocation, Args args) {
                   return effect(root_of(invocation), text_in(args[0]), text_in(args[1]));
               }));
    world_.add("sim.plain", does([this](const Invocation& invocation, Args) { return plain(root_of(invocation)); }));
    world_.add("sim.now", does([this](const Invocation&, Args) {
                   return at_once(one(Value{world_.clock.now().time_since_epoch().count()}));
               }));
}

// What scripts have seen.
void Work::declare_reports()
{
    const auto report = [this](std::string name, std::function<void(const Args&)> tell) {
        world_.add(std::move(name), does([this, tell = std::move(tell)](const Invocation&, Args args) {
                       if (alive_())
                           tell(args);
                       return at_once(Outputs{});
                   }));
    };
    report("sim.stepped", [this](const Args& args) { ledger_.step_returned(text_in(args[0]), text_in(args[1])); });
    report("sim.saw", [this](const Args& args) { ledger_.saw(text_in(args[0]), text_in(args[1]), args[2]); });
    report("sim.heard", [this](const Args& args) { ledger_.heard(text_in(args[0]), text_in(args[1]), args[2]); });
    report("sim.woke", [this](const Args& args) { woke(args); });
}

void Work::declare_limited()
{
    Function function;
    function.name = "sim.limited";
    function.concurrency = most_limited;
    world_.add(std::move(function),
               does([this](const Invocation& invocation, Args) { return limited(root_of(invocation)); }));
}

void Work::bring_back()
{
    if (!world_.registry.find("sim.gone"))
        world_.add("sim.gone", does([this](const Invocation& invocation, Args) { return plain(root_of(invocation)); }));
}

void Work::woke(const Args& args)
{
    const TimePoint begun{Duration{*args[0].get<std::int64_t>()}};
    const std::chrono::seconds length{*args[1].get<std::int64_t>()};
    const bool comparable = world_.clock.boot() == "first"; // else the calendar counts, which is set
    ledger_.expect(!comparable || world_.clock.now() >= begun + length, "nobody wakes too early");
}

asio::awaitable<Outcome> Work::plain(std::string root)
{
    const Doing doing{busy_, root};
    ledger_.expect(std::set<std::string>{busy_.begin(), busy_.end()}.size() <= world_.config.concurrency,
                   "no more run than may");
    const Duration length = std::chrono::milliseconds{world_.random.next() % 3000};
    co_await sleep_for(world_.clock, length);
    if (world_.random.next() % 8 == 0)
        co_return Failure{Errc::script, std::string{unlucky}};
    co_return Outputs{};
}

asio::awaitable<Outcome> Work::limited(std::string root)
{
    const Counted counted{limited_};
    ledger_.expect(limited_ <= most_limited, "no more of a function run than may");
    Outcome outcome = co_await plain(std::move(root));
    co_return outcome;
}

asio::awaitable<Outcome> Work::effect(std::string root, std::string id, std::string name)
{
    if (alive_())
        ledger_.step_begins(id, name);
    Outcome outcome = co_await plain(root);
    if (!outcome)
        ledger_.step_failed(root);
    if (!outcome || !alive_())
        co_return outcome;
    const auto drawn = static_cast<std::int64_t>(world_.random.next() % 1'000'000'000);
    ledger_.step_did(id, name, drawn);
    co_return one(Value{drawn});
}

} // namespace forager::test
