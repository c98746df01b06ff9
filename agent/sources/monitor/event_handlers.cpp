#include "sources/monitor/event_handlers.hpp"

#include "base/text.hpp"
#include "sources/monitor/sighting.hpp"

#include <algorithm>
#include <utility>

namespace forager::monitoring {

namespace asio = boost::asio;

namespace {

constexpr const char* memory_name = "docker events";
constexpr std::int64_t often_enough = 1'000'000'000; // nanoseconds between two times that are remembered

bool fits(const EventHandler& handler, const docker::Event& event)
{
    const std::string whole = event.about.empty() ? event.action : event.action + ": " + event.about;
    if (!matches_pattern(handler.action, event.action) && !matches_pattern(handler.action, whole))
        return false;
    MonitoredContainers labelled;
    labelled.labels = handler.labels;
    return (handler.name.empty() || matches_pattern(handler.name, event.name)) && fits(labelled, sighting_of(event));
}

} // namespace

Object object_of(const docker::Event& event)
{
    constexpr double second = 1e9;
    const Sighting sighting = sighting_of(event);
    Object object{{"action", event.action}};
    if (!event.about.empty())
        object.append("about", event.about);
    object.append("container", container_of(sighting));
    Sighting after = sighting;
    apply(after, event);
    if (after.exit_code)
        object.append("exit_code", *after.exit_code);
    object.append("time", static_cast<double>(event.time) / second);
    object.append("attributes", event.attributes);
    return object;
}

EventHandlers::EventHandlers(Parts parts, Spawn spawn)
    : parts_{std::move(parts)},
      spawn_{std::move(spawn)},
      delivery_{{parts_.clock, parts_.random, parts_.queue, parts_.call, parts_.tell, spawn_, "of the Docker engine"}}
{
}

void EventHandlers::set(std::vector<EventHandler> handlers)
{
    const bool is_new = std::ranges::any_of(handlers, [&](const EventHandler& one) {
        return one.durable && std::ranges::find(handlers_, one) == handlers_.end();
    });
    handlers_ = std::move(handlers);
    if (!is_new || !is_begun_)
        return;
    if (heard_ == 0)
        heard_ = parts_.clock.wall().time_since_epoch().count();
    remembered_ = 0;
    spawn_(remember());
}

asio::awaitable<std::optional<std::int64_t>> EventHandlers::ended_at()
{
    is_begun_ = true;
    if (std::ranges::none_of(handlers_, &EventHandler::durable))
        co_return std::nullopt;
    const auto last = co_await parts_.memory.last(memory_name);
    if (!last || !*last)
        co_return std::nullopt;
    co_return std::optional{(*last)->time_since_epoch().count()};
}

void EventHandlers::take(const docker::Event& event, bool old)
{
    if (event.type != "container")
        return;
    heard_ = std::max(heard_, event.time);
    for (const EventHandler& handler : handlers_)
        if ((handler.durable || !old) && fits(handler, event))
            take_for(handler, event);
}

void EventHandlers::take_for(const EventHandler& handler, const docker::Event& event)
{
    Invocation invocation;
    invocation.function = handler.function;
    invocation.source = "docker";
    invocation.label = handler.event;
    invocation.args = {Value{object_of(event)}};
    if (handler.durable)
        put(std::move(invocation), handler, event);
    else
        delivery_.call(std::move(invocation));
}

void EventHandlers::put(Invocation invocation, const EventHandler& handler, const docker::Event& event)
{
    Submission submission;
    submission.invocation = std::move(invocation);
    submission.order_key = handler.function + " " + event.id;
    submission.idempotency_key = "docker " + handler.function + " " + event.id + " " + event.action + " " +
                                 event.about + " " + std::to_string(event.time);
    submission.key_is_enough = true;
    if (delivery_.put(std::move(submission), [this, time = event.time] { return settle(time); }))
        waiting_.insert(event.time);
}

asio::awaitable<void> EventHandlers::settle(std::int64_t time)
{
    waiting_.erase(waiting_.find(time));
    co_await remember();
}

// Not after each of them: what is heard again has its key.
asio::awaitable<void> EventHandlers::remember()
{
    const std::int64_t until = waiting_.empty() ? heard_ : *waiting_.begin() - 1;
    if (until - remembered_ < often_enough)
        co_return;
    remembered_ = until;
    (void)co_await parts_.memory.remember(memory_name, WallTime{Duration{until}});
}

} // namespace forager::monitoring
