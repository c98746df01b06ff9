#include "app/agent/overview.hpp"

#include "app/agent/metrics_page.hpp"
#include "app/agent/status_line.hpp"
#include "base/duration.hpp"
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

} // namespace

Object Overview::status() const
{
    const QueueSource& queue = parts_.queue;
    Array loops;
    for (const LoopStatus& loop : parts_.loops.list())
        loops.push_back(Object{{"name", loop.name},
                               {"state", name_of(loop.state)},
                               {"for", to_seconds(parts_.app.now() - loop.since)},
                               {"restarts", loop.restarts},
                               {"last_error", loop.last_error}});
    return {
        {"version", version},
        {"process", static_cast<std::int64_t>(::getpid())},
        {"uptime", to_seconds(age())},
        {"queue",
         Object{{"waiting", waiting()}, {"running", running()}, {"sleeping", sleeping()}, {"paused", queue.paused()}}},
        {"colony", parts_.colony.status()},
        {"store", store_data(parts_.store)},
        {"loops", std::move(loops)},
        {"scripts", scripts()},
        {"sessions", parts_.sessions.list()}};
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
