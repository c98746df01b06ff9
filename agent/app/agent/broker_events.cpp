#include "app/agent/broker_events.hpp"

#include "core/options.hpp"
#include "ports/within.hpp"
#include "runtime/run_handler.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace forager {

namespace asio = boost::asio;

BrokerEvents::BrokerEvents(Parts parts) : parts_{std::move(parts)}, calls_{parts_.app.executor()}
{
    for (const std::string& name : broker_names(parts_.settings)) {
        BrokerSource::Parts source{parts_.app.clock(),
                                   parts_.app.random(),
                                   name,
                                   [this, name]() -> Result<Broker*> {
                                       const auto desk = parts_.brokers(name);
                                       return desk ? Result<Broker*>{&(*desk)->broker()} : desk.error();
                                   },
                                   [this](const std::string& message) { parts_.log.warn(message); },
                                   [this](const std::string& message) { parts_.log.info(message); },
                                   [this, name](const std::string& error) { (void)parts_.loops.report(name, error); }};
        sources_.emplace(name, std::make_unique<BrokerSource>(parts_.app.executor(), std::move(source)));
    }
}

void BrokerEvents::start()
{
    for (const auto& [name, source] : sources_)
        parts_.loops.start(name, [&loop = *source] { return loop.run(); });
}

void BrokerEvents::hear_always(const std::string& broker, std::vector<Hearing> hearings)
{
    always_[broker] = std::move(hearings);
}

void BrokerEvents::serve(const std::vector<std::shared_ptr<scripting::Script>>& scripts)
{
    std::map<std::string, std::vector<Hearing>> hearings = always_;
    std::vector<Shared> listeners;
    std::set<std::string> missing;
    for (const auto& script : scripts)
        for (const scripting::Watcher& watcher : script->watchers) {
            if (!watcher.broker)
                continue;
            const std::string& broker = watcher.broker->broker;
            if (!sources_.contains(broker))
                missing.insert(broker);
            if (watcher.broker->is_stream || !sources_.contains(broker))
                continue;
            if (watcher.durable) {
                hearings[broker].push_back(durable(watcher));
                continue;
            }
            listeners.push_back(listener(script, watcher));
            hearings[broker].push_back(light(listeners.back()));
        }
    for (const std::string& broker : missing)
        parts_.log.warn("scripts handle messages of " + broker +
                        ", and nobody hears them: " + parts_.brokers(broker).error().message);
    for (const Shared& one : listeners_)
        if (std::ranges::find(listeners, one) == listeners.end())
            dropped_[one->watcher().broker->broker] += one->dropped();
    listeners_ = std::move(listeners); // those that are not here any more handle what they have
    for (const auto& [name, source] : sources_)
        source->set(std::move(hearings[name]));
}

// A script that has not been loaded again goes on with what it has.
BrokerEvents::Shared BrokerEvents::listener(const std::shared_ptr<scripting::Script>& script,
                                            const scripting::Watcher& watcher)
{
    const auto same = std::ranges::find_if(listeners_, [&](const Shared& one) {
        return &one->script() == script.get() && one->watcher().event == watcher.event;
    });
    if (same != listeners_.end())
        return *same;
    scripting::Listener::Parts parts{calls_,
                                     parts_.gate,
                                     parts_.app.clock(),
                                     parts_.observer,
                                     [this](const Invocation& call, const Failure& failure) {
                                         parts_.observer.state(call, State::failed, sentence_of(failure));
                                         parts_.observer.trace(call, failure);
                                     },
                                     [this](const std::string& message) { parts_.log.warn(message); },
                                     [this] { return parts_.app.scheduler().fresh_id(); }};
    scripting::Listener::Limits limits;
    limits.waiting = parts_.settings.broker.buffer;
    limits.at_once = parts_.settings.broker.at_once;
    const auto wanted = whole_option(watcher.options, "concurrency");
    if (wanted && *wanted && **wanted > 0)
        limits.at_once = static_cast<std::size_t>(**wanted);
    return std::make_shared<scripting::Listener>(script, watcher, std::move(parts), limits);
}

namespace {

asio::awaitable<void> hand_over(std::shared_ptr<scripting::Listener> listener, std::vector<BrokerMessage> messages)
{
    listener->deliver(std::move(messages));
    co_await listener->eased();
}

} // namespace

Hearing BrokerEvents::light(Shared listener) const
{
    const std::string pattern = listener->watcher().broker->pattern;
    return {pattern, [listener = std::move(listener)](std::vector<BrokerMessage> messages) {
                return hand_over(listener, std::move(messages));
            }};
}

Hearing BrokerEvents::durable(const scripting::Watcher& watcher)
{
    return {watcher.broker->pattern,
            [this, function = watcher.function, event = watcher.event](std::vector<BrokerMessage> messages) {
                return put_all(function, event, std::move(messages));
            }};
}

// All at once, so that they are written together.
asio::awaitable<void> BrokerEvents::put_all(std::string function, std::string event,
                                            std::vector<BrokerMessage> messages)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    Lost lost;
    TaskGroup puts{parts_.app.executor()};
    for (BrokerMessage& message : messages) {
        Invocation invocation;
        invocation.function = function;
        invocation.source = "broker";
        invocation.label = event;
        invocation.args = {
            Value{Object{{"channel", std::move(message.channel)}, {"payload", std::move(message.payload)}}}};
        puts.spawn(event, put(std::move(invocation), lost));
    }
    co_await puts.join();
    dropped_[event.substr(0, event.find(':'))] += lost.messages;
    if (lost.messages > 0)
        parts_.log.warn("messages are lost: " + lost.why, {{"event", event}, {"messages", lost.messages}});
}

asio::awaitable<void> BrokerEvents::put(Invocation invocation, Lost& lost)
{
    Submission submission;
    submission.invocation = std::move(invocation);
    const auto accepted = co_await parts_.queue.put(std::move(submission));
    if (accepted)
        co_return;
    ++lost.messages;
    lost.why = accepted.error().message;
}

asio::awaitable<void> BrokerEvents::close(TimePoint deadline)
{
    const bool ended = co_await within(parts_.app.clock(), deadline, calls_.emptied());
    std::size_t left = 0;
    for (const Shared& one : listeners_)
        left += one->waiting();
    if (left > 0)
        parts_.log.warn("messages that had come are not handled any more", {{"messages", left}});
    calls_.cancel();
    if (!ended)
        co_await calls_.emptied();
}

Array BrokerEvents::status() const
{
    Array list;
    for (const Shared& one : listeners_) {
        const scripting::Watcher& watcher = one->watcher();
        const auto source = sources_.find(watcher.broker->broker);
        list.push_back(Object{{"event", watcher.event},
                              {"function", watcher.function},
                              {"where", watcher.where},
                              {"connected", source != sources_.end() && source->second->is_connected()},
                              {"handled", one->handled()},
                              {"waiting", one->waiting()},
                              {"running", one->calls()},
                              {"dropped", one->dropped()}});
    }
    return list;
}

std::vector<MessageCounts> BrokerEvents::counts() const
{
    std::vector<MessageCounts> list;
    for (const auto& [name, source] : sources_) {
        MessageCounts counts{name, source->messages()};
        if (const auto before = dropped_.find(name); before != dropped_.end())
            counts.dropped = before->second;
        for (const Shared& one : listeners_) {
            if (one->watcher().broker->broker != name)
                continue;
            counts.dropped += one->dropped();
            counts.waiting += one->waiting();
            counts.running += one->calls();
        }
        list.push_back(std::move(counts));
    }
    return list;
}

} // namespace forager
