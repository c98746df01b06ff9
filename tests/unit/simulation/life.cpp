#include "life.hpp"

#include "core/arguments.hpp"
#include "store/times.hpp"

namespace forager::test {

namespace asio = boost::asio;

namespace {

// A plan is a list of what to do. Each step draws a number; the result tells who drew which in what step.
constexpr std::string_view script = R"(
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
  wait = function(ctx) pcall(ctx.wait, ctx, "go", { timeout = "40s" }) end,
  child = function(ctx, seen, n)
    for _, one in ipairs(ctx:call("t.child", n)) do seen[#seen + 1] = one end
  end,
  both = function(ctx, seen, n)
    forager.all(function() step(ctx, seen, "left " .. n) end, function() step(ctx, seen, "right " .. n) end)
  end,
  chance = function(ctx, _, n)
    local drawn = ctx:random(1, 1000000)
    assert(ctx:step("chance " .. n, function() return drawn end) == drawn)
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

constexpr Duration grace = std::chrono::seconds{5};
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

class Counted {
public:
    explicit Counted(std::size_t& count) : count_{count} { ++count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --count_; }

private:
    std::size_t& count_;
};

std::shared_ptr<Handler> does(ScriptedHandler::Body body)
{
    return std::make_shared<ScriptedHandler>(std::move(body));
}

Schedule schedule(const char* text, Missed missed, std::string name)
{
    Schedule schedule;
    schedule.name = std::move(name);
    schedule.function = "sim.plain";
    schedule.expression = CronExpression::parse(text).value();
    schedule.zone = "UTC";
    schedule.missed = missed;
    return schedule;
}

std::vector<Found> find_all(SQLite::Database& database)
{
    SQLite::Statement query{database, "SELECT id, function, idempotency_key, order_key, priority, not_before, outcome "
                                      "FROM invocation ORDER BY number"};
    std::vector<Found> all;
    while (query.executeStep())
        all.push_back({query.getColumn(0).getString(), query.getColumn(1).getString(), query.getColumn(2).getString(),
                       query.getColumn(3).getString(), query.getColumn(4).getInt(), store::time_in(query.getColumn(5)),
                       query.getColumn(6).getString()});
    return all;
}

using Steps = std::map<std::pair<std::string, std::string>, std::string>;

Steps find_steps(SQLite::Database& database)
{
    SQLite::Statement query{database, "SELECT invocation, key, outcome FROM step"};
    Steps steps;
    while (query.executeStep())
        steps[{query.getColumn(0).getString(), query.getColumn(1).getString()}] = query.getColumn(2).getString();
    return steps;
}

} // namespace

Life::Life(FaultyDisk& disk, Ledger& ledger, const Config& config)
    : disk_{disk},
      ledger_{ledger},
      path_{config.path},
      world_{config.seed, {config.concurrency, 100, grace}},
      intake_{world_.scheduler,
              {[this](const Invocation& invocation) {
                   if (alive())
                       ledger_.begins(invocation, world_.clock.now(),
                                      [this](const std::string& id) { return queue_->has_begun(id); });
               },
               [this](const Invocation& invocation) { ledger_.ends(invocation); }}},
      loops_{world_.io.get_executor(), world_.clock, world_.random},
      clients_{world_.io.get_executor()}
{
    pass(config.now - TimePoint{});
    world_.clock.set_wall(config.wall);
    world_.clock.set_boot(config.boot);
    declare();
}

Life::~Life()
{
    end();
}

void Life::declare()
{
    world_.add("sim.effect", does([this](const Invocation& invocation, std::vector<Value> args) {
                   return effect(root_of(invocation), *args[0].get<std::string>(), *args[1].get<std::string>());
               }));
    world_.add("sim.stepped", does([this](const Invocation&, std::vector<Value> args) {
                   if (alive())
                       ledger_.step_returned(*args[0].get<std::string>(), *args[1].get<std::string>());
                   return at_once(Outputs{});
               }));
    world_.add("sim.plain",
               does([this](const Invocation& invocation, std::vector<Value>) { return plain(root_of(invocation)); }));
    Function limited_function;
    limited_function.name = "sim.limited";
    limited_function.concurrency = most_limited;
    world_.add(std::move(limited_function),
               does([this](const Invocation& invocation, std::vector<Value>) { return limited(root_of(invocation)); }));
    world_.add("sim.now", does([this](const Invocation&, std::vector<Value>) {
                   return at_once(one(Value{world_.clock.now().time_since_epoch().count()}));
               }));
    world_.add("sim.woke", does([this](const Invocation&, std::vector<Value> args) {
                   const TimePoint begun{Duration{*args[0].get<std::int64_t>()}};
                   const std::chrono::seconds length{*args[1].get<std::int64_t>()};
                   const bool comparable = world_.clock.boot() == "first"; // else the calendar counts, which is set
                   ledger_.expect(!comparable || world_.clock.now() >= begun + length, "nobody wakes too early");
                   return at_once(Outputs{});
               }));
    bring_back();
}

void Life::withdraw_one()
{
    world_.registry.remove("sim.gone");
}

void Life::bring_back()
{
    if (!world_.registry.find("sim.gone"))
        world_.add("sim.gone", does([this](const Invocation& invocation, std::vector<Value>) {
                       return plain(root_of(invocation));
                   }));
    if (queue_)
        queue_->reconsider();
}

asio::awaitable<Outcome> Life::plain(std::string root)
{
    const Doing doing{busy_, root};
    ledger_.expect(std::set<std::string>{busy_.begin(), busy_.end()}.size() <= world_.config.concurrency,
                   "no more run than may");
    const Duration length = std::chrono::milliseconds{world_.random.next() % 3000};
    co_await sleep_for(world_.clock, length);
    if (world_.random.next() % 8 == 0)
        co_return Failure{Errc::script, "unlucky"};
    co_return Outputs{};
}

asio::awaitable<Outcome> Life::limited(std::string root)
{
    const Counted counted{limited_};
    ledger_.expect(limited_ <= most_limited, "no more of a function run than may");
    Outcome outcome = co_await plain(std::move(root));
    co_return outcome;
}

asio::awaitable<Outcome> Life::effect(std::string root, std::string id, std::string name)
{
    if (alive())
        ledger_.step_begins(id, name);
    Outcome outcome = co_await plain(std::move(root));
    if (!outcome || !alive())
        co_return outcome;
    const auto drawn = static_cast<std::int64_t>(world_.random.next() % 1'000'000'000);
    ledger_.step_did(id, name, drawn);
    co_return one(Value{drawn});
}

bool Life::begin()
{
    auto opened = store::Store::open(world_.io.get_executor(), world_.clock, {path_, 1000, false});
    if (!opened)
        return false;
    store_ = std::move(*opened);
    ledger_.expect(store_->set_aside().empty(), "no file is taken for damaged");
    world_.keep_in(store_->journal());
    QueueSource::Hooks hooks{[this] { return world_.scheduler.fresh_id(); },
                             [this](const Invocation& invocation) -> Result<void> {
                                 const auto found = world_.registry.find(invocation.function);
                                 return found ? Result<void>{} : Result<void>{found.error()};
                             },
                             [this](const std::string& id, const Outcome& outcome) {
                                 if (alive())
                                     ledger_.told(id, outcome);
                             }};
    queue_ = std::make_unique<QueueSource>(world_.io.get_executor(), world_.clock, store_->records(), intake_,
                                           QueueSource::Config{60, 5, 10'000}, std::move(hooks));
    cron_ = std::make_unique<CronSource>(world_.io.get_executor(), world_.clock, world_.random, *queue_,
                                         store_->schedules(), [](const std::string&) {});
    tell_ledger();
    if (!world_.run(queue_->open()) || !alive())
        return false;
    if (!world_.run_script(script, ScriptWorld::Mode::load))
        return false;
    start_loops();
    return true;
}

void Life::tell_ledger()
{
    ledger_.life_is_over();
    const auto invocations = world_.run(store_->writer().ask<std::vector<Found>>(find_all));
    const auto steps = world_.run(store_->writer().ask<Steps>(find_steps));
    if (!invocations || !steps)
        return;
    ledger_.found(*invocations, world_.clock.now());
    ledger_.found_steps(*steps);
}

std::vector<Found> Life::invocations()
{
    return world_.run(store_->writer().ask<std::vector<Found>>(find_all)).value();
}

void Life::start_loops()
{
    (void)cron_->set(schedules());
    loops_.start("queue", [this] { return queue_->run(); });
    loops_.start("schedules", [this] { return cron_->run(); });
}

std::vector<Schedule> Life::schedules() const
{
    return {schedule("*/5 * * * *", Missed::all, "all"), schedule("*/7 * * * *", Missed::once, "once"),
            schedule("*/3 * * * *", Missed::skip, "skip")};
}

void Life::kill()
{
    killed_ = true;
    disk_.cut_power_at(1);
}

void Life::end()
{
    if (std::exchange(ended_, true) || !store_)
        return;
    const bool dead = !alive();
    if (dead)
        store_->writer().hurry();
    queue_->stop();
    world_.run(loops_.stop());
    world_.run(world_.scheduler.drain(dead ? Duration{} : grace));
    store_->writer().hurry();
    clients_.cancel();
    world_.run(clients_.emptied());
    world_.run(store_->writer().close());
    ledger_.life_is_over();
}

void Life::turns(std::size_t count)
{
    for (; count > 0 && alive(); --count)
        world_.clock.turn(world_.io);
}

void Life::do_later(asio::awaitable<void> work)
{
    clients_.spawn("client", std::move(work));
}

void Life::submit(Submission submission)
{
    do_later(submit_now(std::move(submission)));
}

asio::awaitable<void> Life::submit_now(Submission submission)
{
    const Submission copy = submission;
    const auto accepted = co_await queue_->put(std::move(submission));
    if (accepted && alive())
        ledger_.accepted(copy, accepted->id, world_.clock.now());
}

void Life::cancel(std::string id)
{
    do_later(cancel_now(std::move(id)));
}

// As the local socket does it.
asio::awaitable<void> Life::cancel_now(std::string id)
{
    if (queue_->has_begun(id)) {
        queue_->expect_cancellation(id);
        world_.scheduler.cancel(id);
        co_return;
    }
    (void)co_await queue_->cancel_waiting(id);
}

void Life::retry(std::string id)
{
    ledger_.will_be_retried(id);
    do_later(retry_now(std::move(id)));
}

asio::awaitable<void> Life::retry_now(std::string id)
{
    (void)co_await queue_->retry(std::move(id));
}

void Life::signal(std::string id)
{
    do_later(signal_now(std::move(id)));
}

asio::awaitable<void> Life::signal_now(std::string id)
{
    const std::string name = id;
    const auto kept = co_await store_->records().signal(std::move(id), "go", Value{1});
    if (kept)
        world_.signals.sent(name);
}

void Life::reload()
{
    world_.replace(script);
    (void)cron_->set(schedules());
    queue_->reconsider();
}

} // namespace forager::test
