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

bool is_final(const Failure& failure)
{
    return !failure.retry && failure.code != Errc::not_found;
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
    if (apply(after, event) && after.exit_code)
        object.append("exit_code", *after.exit_code);
    object.append("time", static_cast<double>(event.time) / second);
    object.append("attributes", event.attributes);
    return object;
}

EventHandlers::EventHandlers(Parts parts, Spawn spawn) : parts_{std::move(parts)}, spawn_{std::move(spawn)} {}

asio::awaitable<std::optional<std::int64_t>> EventHandlers::ended_at()
{
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

bool EventHandlers::has_room(std::size_t taken, std::size_t most, const EventHandler& handler)
{
    if (taken < most) {
        if (lost_ > 0)
            parts_.tell(std::to_string(std::exchange(lost_, 0)) + " events of the Docker engine were lost");
        return true;
    }
    if (lost_++ == 0)
        parts_.tell("more than " + std::to_string(most) + " events of '" + handler.event +
                    "' wait: more are lost until there is room");
    return false;
}

void EventHandlers::take_for(const EventHandler& handler, const docker::Event& event)
{
    Invocation invocation;
    invocation.function = handler.function;
    invocation.source = "docker";
    invocation.label = handler.event;
    invocation.args = {Value{object_of(event)}};
    if (!handler.durable) {
        if (has_room(calls_, most_calls, handler))
            spawn_(call(std::move(invocation), std::make_shared<Counted>(calls_)));
        return;
    }
    if (!has_room(waiting_.size(), most_waiting, handler))
        return;
    Submission submission;
    submission.invocation = std::move(invocation);
    submission.order_key = handler.function + " " + event.id;
    submission.idempotency_key = "docker " + handler.function + " " + event.id + " " + event.action + " " +
                                 event.about + " " + std::to_string(event.time);
    submission.key_is_enough = true;
    waiting_.insert(event.time);
    spawn_(put(std::move(submission), event.time));
}

asio::awaitable<void> EventHandlers::call(Invocation invocation, std::shared_ptr<Counted>)
{
    auto called = parts_.call(std::move(invocation));
    co_await std::move(called);
}

asio::awaitable<void> EventHandlers::put(Submission submission, std::int64_t time)
{
    Backoff backoff;
    std::string trouble;
    for (;;) {
        const auto accepted = co_await parts_.queue.put(submission);
        if (accepted)
            break;
        const std::string& words = accepted.error().message;
        if (is_final(accepted.error())) {
            parts_.tell("an event of the Docker engine is given up: " + words);
            break;
        }
        if (std::exchange(trouble, words) != words)
            parts_.tell("an event of the Docker engine waits: " + words);
        co_await sleep_for(parts_.clock, backoff.next(parts_.random.next()));
    }
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
