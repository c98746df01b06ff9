#include "app/agent/overview.hpp"

#include "app/agent/loop_list.hpp"
#include "app/agent/metrics_page.hpp"
#include "app/agent/status_line.hpp"
#include "app/agent/status_page.hpp"
#include "base/duration.hpp"
#include "base/timestamp.hpp"
#include "base/version.hpp"
#include "ports/monitor_form.hpp"

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

Array hooks_data(const std::vector<scripting::Watcher>& watchers)
{
    Array list;
    for (const scripting::Watcher& watcher : watchers)
        if (watcher.hook)
            list.push_back(Object{{"hook", watcher.hook->text()},
                                  {"function", watcher.function},
                                  {"where", watcher.where},
                                  {"durable", watcher.durable}});
    return list;
}

} // namespace

Object Overview::status() const
{
    const Work work = all();
    return {{"version", version},
            {"process", static_cast<std::int64_t>(::getpid())},
            {"uptime", to_seconds(age())},
            {"queue", Object{{"waiting", work.waiting},
                             {"running", work.running},
                             {"sleeping", work.sleeping},
                             {"paused", parts_.queue.paused()}}},
            {"colony", parts_.colony.status()},
            {"store", store_data(parts_.store)},
            {"log", Object{{"lost", parts_.log.lost()}}},
            {"loops", loops()},
            {"schedules", schedules()},
            {"watches", watches()},
            {"monitors", monitors()},
            {"documents", documents()},
            {"hooks", hooks_data(parts_.scripts.watchers())},
            {"channels", parts_.messages.status()},
            {"streams", parts_.streams.status()},
            {"container_channels", parts_.channels.status()},
            {"scripts", scripts()},
            {"sessions", parts_.sessions.list()}};
}

Array Overview::loops() const
{
    const TimePoint now = parts_.app.now();
    Array list;
    for (const LoopStatus& loop : by_name(parts_.loops.list())) {
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

// How many are as they are wanted, and of which that cannot be said.
Object Overview::documents() const
{
    constexpr std::size_t most_named = 20;
    std::int64_t count = 0;
    std::int64_t running = 0;
    Array degraded;
    for (const reconciling::Kept& kept : parts_.documents.list()) {
        const auto phase = part<std::string>(kept.document.status, "phase");
        ++count;
        running += phase == "Running" ? 1 : 0;
        if (phase == "Degraded" && degraded.size() < most_named)
            degraded.emplace_back(to_text(kept.document.key) + ": " +
                                  part<std::string>(kept.document.status, "message"));
    }
    return {{"count", count}, {"running", running}, {"degraded", std::move(degraded)}};
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

Array Overview::monitors() const
{
    Array list;
    for (const MonitorStatus& monitor : parts_.engine.monitors().list())
        list.emplace_back(data_of(monitor));
    return list;
}

std::string Overview::page() const
{
    return status_page(status());
}

std::size_t Overview::awake() const
{
    const std::size_t begun = parts_.queue.running() + parts_.colony.running();
    return begun - std::min(begun, parts_.app.scheduler().asleep().size());
}

// What was begun and waits for a place of its function, as after a pause, waits.
Overview::Work Overview::work_of(std::size_t waiting, std::size_t begun, std::size_t sleeping, std::size_t crowd)
{
    return {waiting + crowd, begun - std::min(begun, sleeping + crowd), sleeping};
}

Overview::Work Overview::all() const
{
    const Scheduler& scheduler = parts_.app.scheduler();
    return work_of(parts_.queue.waiting(), parts_.queue.running() + parts_.colony.running(),
                   scheduler.asleep().size() + scheduler.away().size(), scheduler.crowded().size());
}

Overview::Work Overview::of_the_queue() const
{
    const auto count = [&](const std::vector<std::string>& ids) {
        return static_cast<std::size_t>(
            std::ranges::count_if(ids, [&](const std::string& id) { return parts_.queue.has_begun(id); }));
    };
    const Scheduler& scheduler = parts_.app.scheduler();
    return work_of(parts_.queue.waiting(), parts_.queue.running(), count(scheduler.asleep()) + count(scheduler.away()),
                   count(scheduler.crowded()));
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
    const Work work = all();
    return status_line({work.running, work.waiting, parts_.queue.paused(), stopping, parts_.store.writer().trouble(),
                        parts_.loops.list(), parts_.scripts.list()});
}

std::string Overview::metrics(const HttpDoor& http, MetricsText::Form form) const
{
    const store::Writer& writer = parts_.store.writer();
    MetricsView view{.invocations = parts_.counts, .log = parts_.log, .http_replies = http.replies()};
    view.begun = to_seconds((parts_.app.clock().wall() - age()).time_since_epoch());
    view.ready = http.trouble().empty();
    const Work work = of_the_queue();
    view.waiting = work.waiting;
    view.running = work.running;
    view.sleeping = work.sleeping;
    view.outbox = parts_.colony.untold();
    view.colony_running = parts_.colony.running();
    view.store_trouble = !writer.trouble().empty();
    view.store_jobs = writer.waiting();
    view.children = parts_.app.processes().running();
    view.hooks_running = http.hooks_running();
    view.loops = parts_.loops.list();
    view.scripts = parts_.scripts.list();
    view.messages = parts_.messages.counts();
    view.channels = parts_.channels.counts();
    return metrics_page(view, form);
}

} // namespace forager
