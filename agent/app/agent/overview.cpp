#include "app/agent/overview.hpp"

#include "app/agent/hook_list.hpp"
#include "app/agent/metrics_page.hpp"
#include "app/agent/status_line.hpp"
#include "app/agent/status_page.hpp"
#include "base/duration.hpp"
#include "base/timestamp.hpp"
#include "base/version.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace forager {

namespace {

// A commit takes milliseconds where the disk is well.
Object store_data(const store::Store& store)
{
    const store::Writer& writer = store.writer();
    constexpr Duration slow = std::chrono::seconds{1};
    const store::Writer::Pace pace = writer.pace();
    const bool is_slow = std::max(pace.last, pace.present) >= slow;
    return {{"state", !writer.trouble().empty() ? "trouble"
                      : is_slow                 ? "slow"
                                                : "fine"},
            {"trouble", writer.trouble()},
            {"damage", store.damage()},
            {"waiting", writer.waiting()},
            {"last_commit", to_seconds(pace.last)},
            {"present_commit", to_seconds(pace.present)}};
}

// Those that are called, and those that have their requests taken by an earlier one.
Array hooks_data(const std::vector<scripting::Watcher>& watchers)
{
    Array list;
    for (const auto& [watcher, route, serves] : hook_declarations(watchers))
        list.push_back(Object{{"hook", route.text()},
                              {"function", watcher->function},
                              {"where", watcher->where},
                              {"durable", watcher->durable},
                              {"serves", serves}});
    return list;
}

} // namespace

Object Overview::status() const
{
    const QueueSource& queue = parts_.queue;
    return {
        {"version", version},
        {"process", static_cast<std::int64_t>(::getpid())},
        {"uptime", to_seconds(age())},
        {"queue",
         Object{{"waiting", waiting()}, {"running", running()}, {"sleeping", sleeping()}, {"paused", queue.paused()}}},
        {"colony", parts_.colony.status()},
        {"store", store_data(parts_.store)},
        {"log", Object{{"lost", parts_.log.lost()}}},
        {"loops", loops()},
        {"schedules", schedules()},
        {"watches", watches()},
        {"hooks", hooks_data(parts_.scripts.watchers())},
        {"scripts", scripts()},
        {"sessions", parts_.sessions.list()}};
}

Array Overview::loops() const
{
    const TimePoint now = parts_.app.now();
    Array list;
    for (const LoopStatus& loop : parts_.loops.list()) {
        const Duration left = std::max(Duration{}, loop.since + loop.back_off - now);
        list.push_back(Object{{"name", loop.name},
                              {"state", name_of(loop.state)},
                              {"for", to_seconds(now - loop.since)},
                              {"alive", to_seconds(now - loop.alive)},
                              {"restarts", loop.restarts},
                              {"back_off", to_seconds(loop.back_off == Duration{} ? Duration{} : left)},
                              {"last_error", loop.last_error}});
    }
    return list;
}

Array Overview::schedules() const
{
    Array list;
    for (const CronSource::Status& schedule : parts_.events.cron().list()) {
        Object object{{"name", schedule.name}};
        if (schedule.next)
            object.append("next", timestamp(*schedule.next));
        if (schedule.last)
            object.append("last", timestamp(*schedule.last));
        object.append("trouble", schedule.trouble);
        list.emplace_back(std::move(object));
    }
    return list;
}

Array Overview::watches() const
{
    Array list;
    for (const WatchStatus& watch : parts_.events.files().list())
        list.push_back(Object{{"pattern", watch.pattern},
                              {"function", watch.name},
                              {"script", parts_.scripts.script_of(watch.name)},
                              {"waiting", watch.waiting},
                              {"files", watch.files},
                              {"troubles", Array(watch.troubles.begin(), watch.troubles.end())}});
    return list;
}

std::string Overview::page() const
{
    return status_page(status());
}

// Of what the queue has begun.
std::size_t Overview::running() const
{
    return parts_.queue.running() - sleeping() - crowd();
}

// Also those that were begun and wait for a place of their function, as after a pause.
std::size_t Overview::waiting() const
{
    return parts_.queue.waiting() + crowd();
}

std::size_t Overview::crowd() const
{
    return of_the_queue(parts_.app.scheduler().crowded());
}

std::size_t Overview::of_the_queue(const std::vector<std::string>& ids) const
{
    return static_cast<std::size_t>(
        std::ranges::count_if(ids, [&](const std::string& id) { return parts_.queue.has_begun(id); }));
}

std::size_t Overview::sleeping() const
{
    return of_the_queue(parts_.app.scheduler().asleep());
}

Array Overview::scripts() const
{
    Array list;
    for (const ScriptSet::Status& script : parts_.scripts.list()) {
        Object object{{"path", script.path}, {"serves", script.serves}};
        if (script.problem)
            object.append("problem", script.problem->to_object());
        list.emplace_back(std::move(object));
    }
    return list;
}

std::string Overview::line(bool stopping) const
{
    const QueueSource& queue = parts_.queue;
    return status_line({running(), waiting(), queue.paused(), stopping, parts_.store.writer().trouble(),
                        parts_.loops.list(), parts_.scripts.list()});
}

std::string Overview::metrics(const HttpDoor& http, MetricsText::Form form) const
{
    const store::Writer& writer = parts_.store.writer();
    MetricsView view{.invocations = parts_.counts, .log = parts_.log, .http_replies = http.replies()};
    view.begun = to_seconds((parts_.app.clock().wall() - age()).time_since_epoch());
    view.ready = http.trouble().empty();
    view.waiting = waiting();
    view.running = running();
    view.sleeping = sleeping();
    view.outbox = parts_.colony.untold();
    view.colony_running = parts_.colony.running();
    view.store_trouble = !writer.trouble().empty();
    view.store_jobs = writer.waiting();
    view.children = parts_.app.processes().running();
    view.hooks_running = http.hooks_running();
    view.loops = parts_.loops.list();
    view.scripts = parts_.scripts.list();
    return metrics_page(view, form);
}

} // namespace forager
