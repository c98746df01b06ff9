#include "life.hpp"

#include "store/times.hpp"

namespace forager::test {

namespace asio = boost::asio;

namespace {

constexpr Duration grace = std::chrono::seconds{5};

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
    SQLite::Statement query{database, "SELECT id, function, idempotency_key, order_key, priority, not_before, "
                                      "ended IS NOT NULL, outcome, state || ': ' || note "
                                      "FROM invocation ORDER BY number"};
    std::vector<Found> all;
    while (query.executeStep())
        all.push_back({query.getColumn(0).getString(), query.getColumn(1).getString(), query.getColumn(2).getString(),
                       query.getColumn(3).getString(), query.getColumn(4).getInt(), store::time_in(query.getColumn(5)),
                       query.getColumn(6).getInt() != 0, query.getColumn(7).getString(),
                       query.getColumn(8).getString()});
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

using Times = std::map<std::string, WallTime>;

Times find_settled(SQLite::Database& database)
{
    SQLite::Statement query{database, "SELECT name, last FROM schedule"};
    Times times;
    while (query.executeStep())
        times.emplace(query.getColumn(0).getString(), store::time_in(query.getColumn(1)).value());
    return times;
}

} // namespace

Life::Life(FaultyDisk& disk, Ledger& ledger, const Config& config)
    : disk_{disk},
      ledger_{ledger},
      path_{config.path},
      world_{config.seed, {config.concurrency, 100, 100, grace}, config.library},
      work_{world_, ledger, [this] { return alive(); }},
      intake_{world_.scheduler,
              {[this](const Invocation& invocation) {
                   if (alive())
                       ledger_.begins(invocation, {world_.clock.now(), world_.clock.wall(), settings_},
                                      [this](const std::string& id) { return queue_->has_begun(id); });
               },
               [this](const Invocation& invocation) { ledger_.ends(invocation); }}},
      loops_{world_.io.get_executor(), world_.clock, world_.random},
      clients_{world_.io.get_executor()}
{
    pass(config.now - TimePoint{});
    world_.clock.set_wall(config.wall);
    world_.clock.set_boot(config.boot);
    undisturbed_since_ = config.wall;
}

Life::~Life()
{
    end();
}

void Life::bring_back()
{
    work_.bring_back();
    if (queue_)
        queue_->reconsider();
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
                             },
                             [this](const std::string& id) { (void)world_.scheduler.cancel(id); },
                             [this](const std::string& name) {
                                 const auto found = world_.registry.find(name);
                                 return found ? (*found)->function.retries : 0;
                             }};
    queue_ = std::make_unique<QueueSource>(world_.io.get_executor(), world_.clock, store_->records(), intake_,
                                           QueueSource::Config{60, 5, 10'000}, std::move(hooks));
    cron_ = std::make_unique<CronSource>(
        world_.io.get_executor(), world_.clock, world_.random, *queue_, store_->schedules(),
        [this](const std::string& key) { return !queue_->holder_of(key).empty(); },
        [this](const std::string&) { undisturbed_since_.reset(); });
    tell_ledger();
    if (!world_.run(queue_->open()) || !alive())
        return false;
    if (!world_.run_script(work_.script(), ScriptWorld::Mode::load))
        return false;
    start_loops();
    return true;
}

void Life::tell_ledger()
{
    ledger_.life_is_over();
    const auto invocations = world_.run(store_->writer().ask<std::vector<Found>>(find_all));
    const auto steps = world_.run(store_->writer().ask<Steps>(find_steps));
    const auto settled = world_.run(store_->writer().ask<Times>(find_settled));
    if (!invocations || !steps || !settled)
        return;
    settled_ = *settled;
    ledger_.found(*invocations, world_.clock.now());
    ledger_.found_steps(*steps);
}

std::optional<WallTime> Life::settled(const std::string& schedule) const
{
    const auto found = settled_.find(schedule);
    return found == settled_.end() ? std::nullopt : std::optional{found->second};
}

void Life::set_wall(WallTime wall)
{
    settings_.emplace_back(world_.clock.now(), world_.clock.wall());
    undisturbed_since_.reset();
    world_.clock.set_wall(wall);
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
    else
        do_later(hurry_after_grace());
    queue_->stop();
    world_.run(loops_.stop());
    world_.run(world_.scheduler.drain(dead ? Duration{} : grace));
    store_->writer().hurry();
    clients_.cancel();
    world_.run(clients_.emptied());
    world_.run(store_->writer().close());
    ledger_.life_is_over();
}

// As the agent does it: what a bad disk refuses then is done after the next start.
asio::awaitable<void> Life::hurry_after_grace()
{
    co_await sleep_for(world_.clock, grace);
    store_->writer().hurry();
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
        ledger_.accepted(copy, *accepted, world_.clock.now());
}

void Life::cancel(std::string id)
{
    do_later(cancel_now(std::move(id)));
}

// As the local socket does it.
asio::awaitable<void> Life::cancel_now(std::string id)
{
    if (queue_->has_begun(id))
        ledger_.cancels(id);
    ledger_.leaves(id);
    const auto cancelled = co_await queue_->cancel(id);
    ledger_.has_left(id);
    if (cancelled && *cancelled && alive())
        ledger_.cancelled(id);
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
    Value value{ledger_.signal_for(id)};
    const auto kept = co_await store_->records().signal(std::move(id), "go", std::move(value));
    if (kept)
        world_.signals.sent(name);
}

void Life::reload()
{
    world_.replace(work_.script());
    (void)cron_->set(schedules());
    queue_->reconsider();
}

} // namespace forager::test
