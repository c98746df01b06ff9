#include "app/agent/events.hpp"

#include "app/agent/traced_call.hpp"

#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr std::string_view file_prefix = "file:";

Missed missed_named(const std::string& word)
{
    return word == "skip" ? Missed::skip : word == "all" ? Missed::all : Missed::once;
}

// One workflow may have several schedules.
Schedule cron_schedule(const scripting::Schedule& declared)
{
    Schedule schedule;
    schedule.name = declared.name + " " + declared.cron + (declared.zone.empty() ? "" : " " + declared.zone);
    schedule.function = declared.name;
    schedule.expression = CronExpression::parse(declared.cron).value(); // checked when it was declared
    schedule.zone = declared.zone;
    schedule.missed = missed_named(declared.missed);
    schedule.order_key = "cron " + declared.name;
    return schedule;
}

std::vector<Schedule> schedules_of(const scripting::Script& script)
{
    std::vector<Schedule> list;
    for (const scripting::Schedule& schedule : script.schedules)
        if (!schedule.cron.empty())
            list.push_back(cron_schedule(schedule));
    return list;
}

} // namespace

Events::Events(App& app, store::Store& store, QueueSource& queue, Gate& gate, const AgentObserver& observer,
               const AgentLog& log)
    : app_{app},
      queue_{queue},
      gate_{gate},
      observer_{observer},
      log_{log},
      cron_{app.executor(),
            app.clock(),
            app.random(),
            queue,
            store.schedules(),
            [&queue](const std::string& key) { return !queue.holder_of(key).empty(); },
            [&log](const std::string& message) { log.warn(message); }},
      files_{app.executor(),
             {app.clock(), app.random(), app.pool(), store.files(),
              [this](WatchEvent event) { return deliver(std::move(event)); },
              [&log](const std::string& message) { log.warn(message); }}}
{
}

void Events::serve(const std::vector<std::shared_ptr<scripting::Script>>& scripts)
{
    std::vector<Schedule> schedules;
    std::vector<Watch> watches;
    std::map<std::string, Handling> handling;
    for (const auto& script : scripts) {
        for (Schedule& schedule : schedules_of(*script))
            schedules.push_back(std::move(schedule));
        for (const scripting::Watcher& watcher : script->watchers) {
            if (!watcher.event.starts_with(file_prefix))
                continue;
            watches.push_back({watcher.function, watcher.event.substr(file_prefix.size())});
            handling.emplace(watcher.function, Handling{watcher.event, watcher.durable});
        }
    }
    if (const auto set = cron_.set(std::move(schedules)); !set)
        log_.fail("the schedules stay as they were: " + set.error().message);
    if (const auto set = files_.set(std::move(watches)); !set)
        log_.fail("the watched files stay as they were: " + set.error().message);
    else
        handling_ = std::move(handling);
}

std::vector<std::string> Events::schedules() const
{
    std::vector<std::string> names;
    for (CronSource::Status& status : cron_.list())
        names.push_back(std::move(status.name));
    return names;
}

std::vector<std::string> Events::watches() const
{
    std::vector<std::string> names;
    for (const auto& [name, handling] : handling_)
        names.push_back(name);
    return names;
}

// A failure of the handler is told where all failures are: the event has been handled.
asio::awaitable<void> Events::call(Invocation invocation)
{
    const Gate::Inside inside = gate_.pass();
    (void)co_await traced_call(app_.scheduler(), observer_, std::move(invocation));
}

// Files do not go away while the gate is shut.
asio::awaitable<Result<void>> Events::deliver(WatchEvent event)
{
    co_await gate_.opened();
    const auto handling = handling_.find(event.watch);
    if (handling == handling_.end())
        co_return Failure{Errc::not_found, "no script watches these files any more"};
    Invocation invocation;
    invocation.function = event.watch;
    invocation.source = "file";
    invocation.label = handling->second.event;
    invocation.args = {Value{event.path}};
    if (!handling->second.durable) {
        co_await call(std::move(invocation));
        co_return Result<void>{};
    }
    Submission submission;
    submission.invocation = std::move(invocation);
    submission.idempotency_key = std::move(event.key);
    const auto accepted = co_await queue_.put(std::move(submission));
    if (!accepted)
        co_return accepted.error();
    co_return Result<void>{};
}

} // namespace forager
