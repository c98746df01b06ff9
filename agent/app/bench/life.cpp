#include "app/bench/life.hpp"

#include "app/asked.hpp"
#include "core/cron_expression.hpp"
#include "core/due_time.hpp"
#include "io/time_zone.hpp"
#include "ports/cancellation.hpp"
#include "runtime/run_handler.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

// Of a step or a call whose result a durable function is about to record.
bool is_recorded(const scripting::Crossing& call)
{
    const scripting::Context& context = call.request.context;
    if (context.recording != nullptr && !call.request.script.vm().current().step.empty())
        return true;
    const auto& chain = context.invocation.chain;
    return !chain.empty() && chain.back().records;
}

} // namespace

void Life::LifeObserver::state(const Invocation& invocation, State state, std::string_view note)
{
    if (!life_.dead_)
        target_.state(invocation, state, note);
}

void Life::LifeObserver::line(const Invocation& invocation, std::string_view text)
{
    if (!life_.dead_)
        target_.line(invocation, text);
}

// Where the script is, is known now only: the answer is worked out when its task waits.
asio::awaitable<Outcome> Life::LifeBorder::answer(scripting::Crossing call)
{
    if (life_.dead_)
        return life_.never();
    const bool is_own = !call.outside || call.name == "feed.next"; // whose events a fake has given
    if (is_own)
        return call.world(std::move(call.request));
    if (is_recorded(call) && life_.parts_.ledger.kills_before_next()) {
        life_.kill();
        return life_.never();
    }
    std::string where = place_of(call);
    return life_.parts_.answer(std::move(call), std::move(where));
}

asio::awaitable<Result<std::vector<JournalEntry>>> Life::LifeJournal::entries(std::string invocation)
{
    if (life_.dead_)
        (void)co_await life_.never();
    auto entries = co_await life_.parts_.journal.entries(std::move(invocation));
    co_return entries;
}

asio::awaitable<Result<void>> Life::LifeJournal::record(std::string root, std::string invocation, JournalEntry entry)
{
    Ledger& ledger = life_.parts_.ledger;
    if (!life_.dead_ && ledger.kills_before_next())
        life_.kill();
    if (life_.dead_)
        (void)co_await life_.never();
    std::string key = entry.key;
    auto kept = co_await life_.parts_.journal.record(std::move(root), std::move(invocation), std::move(entry));
    if (ledger.note(std::move(key))) {
        life_.kill();
        (void)co_await life_.never();
    }
    co_return kept;
}

asio::awaitable<Result<std::optional<Value>>> Life::LifeJournal::take_signal(std::string root, std::string event,
                                                                             std::string invocation, std::string key)
{
    if (life_.dead_)
        (void)co_await life_.never();
    auto taken = co_await life_.parts_.journal.take_signal(std::move(root), std::move(event), std::move(invocation),
                                                           std::move(key));
    co_return taken;
}

void Life::LifeJournal::ended(const std::string& root)
{
    if (!life_.dead_)
        life_.parts_.journal.ended(root);
}

Life::Life(Parts parts)
    : parts_{std::move(parts)},
      never_{parts_.app.executor()},
      observer_{*this, parts_.observer},
      journal_{*this},
      border_{*this},
      registry_{parts_.below, {}},
      scheduler_{parts_.app.executor(), registry_, parts_.app.clock(), parts_.app.random(), observer_},
      workflows_{scheduler_},
      work_{parts_.app.executor()}
{
    scheduler_.keep_in(journal_);
}

Life::~Life()
{
    for (const auto& script : scripts_)
        script->withdraw();
}

asio::awaitable<Outcome> Life::never()
{
    co_await never_.wait();
    throw_cancelled();
}

void Life::kill()
{
    dead_ = true;
    for (const auto& weak : called_)
        if (const auto called = weak.lock())
            called->news.set();
}

asio::awaitable<void> Life::end()
{
    dead_ = true;
    work_.cancel();
    co_await work_.emptied();
}

bool Life::resumes(const std::string& function) const
{
    const auto entry = registry_.find(function);
    return entry && ((*entry)->function.durable || (*entry)->function.workflow);
}

asio::awaitable<Result<void>> Life::load(std::string path)
{
    for (const std::string& function : std::exchange(invented_, {}))
        (void)registry_.remove(function);
    const auto script =
        parts_.app.script(std::move(path), scripting::Script::Mode::load,
                          {registry_, scheduler_, workflows_, &border_, nullptr, &journal_, parts_.coverage});
    scripts_.push_back(script);
    if (auto loaded = script->load(); !loaded)
        co_return loaded.error();
    Invocation invocation;
    invocation.id = scheduler_.fresh_id();
    invocation.function = script->path();
    invocation.source = "load";
    auto ended = co_await script->run_main(invocation, observer_);
    if (!ended)
        co_return ended.error();
    script->moved_to(registry_);
    for (const std::string& function : stood_in_)
        replace(function);
    follow(*script);
    co_return Result<void>{};
}

void Life::stand_in(const std::string& function)
{
    if (stood_in_.insert(function).second)
        replace(function);
}

void Life::replace(const std::string& function)
{
    if (parts_.below.find(function))
        return; // which are all stood in for
    Function declared;
    declared.name = function;
    declared.variadic = true;
    if (const auto entry = registry_.find(function))
        declared = (*entry)->function;
    else
        invented_.insert(function);
    (void)registry_.remove(function);
    // What is the name of no function, "sh" for one, is never called as such.
    (void)registry_.add(std::move(declared), parts_.stand_in(function));
}

void Life::follow(const scripting::Script& script)
{
    for (const scripting::Schedule& schedule : script.schedules)
        work_.spawn(schedule.name, schedule.every ? again_and_again(schedule) : when_due(schedule));
}

// As the agent does it: a call that takes longer than the period is not overtaken by the next.
asio::awaitable<void> Life::again_and_again(scripting::Schedule schedule)
{
    Clock& clock = parts_.app.clock();
    TimePoint due = clock.now();
    while (!dead_) {
        Invocation invocation;
        invocation.id = scheduler_.fresh_id();
        invocation.function = schedule.name;
        invocation.source = "timer";
        const Outcome outcome = co_await run_handler(*schedule.every, invocation, {}, observer_);
        if (dead_)
            co_return;
        if (!outcome)
            parts_.report(outcome.error());
        const auto passed = (clock.now() - due) / schedule.period;
        due += schedule.period * (passed + 1);
        co_await sleep_until(clock, due);
    }
}

asio::awaitable<void> Life::when_due(scripting::Schedule schedule)
{
    Clock& clock = parts_.app.clock();
    const CronExpression expression = CronExpression::parse(schedule.cron).value(); // checked when it was declared
    const auto zone = find_time_zone(schedule.zone).value();
    while (const auto due = next_due(expression, *zone, clock.wall())) {
        co_await sleep_for(clock, *due - clock.wall());
        Invocation invocation;
        invocation.function = schedule.name;
        invocation.source = "cron";
        const Outcome outcome = co_await scheduler_.call(std::move(invocation), observer_);
        if (dead_)
            co_return;
        if (!outcome)
            parts_.report(outcome.error());
    }
}

std::shared_ptr<Called> Life::begin(Invocation invocation)
{
    std::erase_if(called_, [](const auto& weak) { return weak.expired(); });
    const auto called = std::make_shared<Called>(parts_.app.executor());
    called_.push_back(called);
    std::string id = invocation.id;
    work_.spawn(std::move(id), perform(std::move(invocation), called));
    return called;
}

asio::awaitable<void> Life::perform(Invocation invocation, std::shared_ptr<Called> called)
{
    called->outcome = co_await scheduler_.call(std::move(invocation), observer_);
    called->news.set();
}

} // namespace forager
