#include "app/agent/cluster_desk.hpp"

#include "app/agent/traced_call.hpp"
#include "core/kubernetes_event.hpp"
#include "core/options.hpp"
#include "core/retry.hpp"
#include "primitives/kubernetes/objects.hpp"

#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace forager {

namespace asio = boost::asio;
using kubernetes::Change;

namespace {

constexpr std::string_view prefix = "k8s:";

KubernetesEvent event_of(const scripting::Watcher& watcher)
{
    // Checked when it was declared.
    return KubernetesEvent::parse(std::string_view{watcher.event}.substr(prefix.size())).value();
}

Object space_option_of(const scripting::Watcher& watcher)
{
    const Value* space = option(watcher.options, "namespace");
    return space == nullptr ? Object{} : Object{{"namespace", *space}};
}

std::string loop_of(const scripting::Watcher& watcher)
{
    const auto space = part<std::string>(watcher.options, "namespace");
    return std::string{prefix} + event_of(watcher).resource + (space.empty() ? "" : " in " + space);
}

std::optional<Change::Type> type_named(const std::string& word)
{
    for (const auto type : {Change::Type::added, Change::Type::modified, Change::Type::deleted})
        if (kubernetes::word(type) == word)
            return type;
    return std::nullopt;
}

ObjectHandler handler_of(const scripting::Watcher& watcher)
{
    ObjectHandler handler;
    handler.function = watcher.function;
    handler.event = watcher.event;
    handler.type = type_named(event_of(watcher).type);
    handler.name = part<std::string>(watcher.options, "name");
    for (const Member& label : part<Object>(watcher.options, "labels"))
        handler.labels.emplace_back(
            label.name, label.value.get<std::string>() == nullptr ? std::string{} : *label.value.get<std::string>());
    handler.durable = watcher.durable;
    return handler;
}

} // namespace

ClusterDesk::ClusterDesk(Parts parts)
    : parts_{std::move(parts)},
      work_{parts_.app.executor()},
      delivery_{{parts_.app.clock(), parts_.app.random(), parts_.queue,
                 [this](Invocation invocation) { return call(std::move(invocation)); },
                 [this](const std::string& message) { parts_.log.warn(message); },
                 [this](asio::awaitable<void> work) { work_.spawn("event", std::move(work)); }, "of Kubernetes"}}
{
}

asio::awaitable<void> ClusterDesk::serve(std::vector<std::shared_ptr<scripting::Script>> scripts)
{
    std::map<std::string, Stream> wanted;
    for (const auto& script : scripts)
        for (const scripting::Watcher& watcher : script->watchers) {
            if (!watcher.event.starts_with(prefix))
                continue;
            Stream& stream = wanted[loop_of(watcher)];
            stream.resource = event_of(watcher).resource;
            stream.options = space_option_of(watcher);
            stream.handlers.push_back(handler_of(watcher));
        }
    std::vector<std::string> unwanted;
    for (const auto& [loop, stream] : streams_)
        if (!wanted.contains(loop))
            unwanted.push_back(loop);
    for (const std::string& loop : unwanted) {
        co_await parts_.loops.end(loop);
        streams_.erase(loop);
    }
    for (auto& [loop, stream] : wanted) {
        const auto [place, fresh] = streams_.try_emplace(loop);
        stream.changes = std::move(place->second.changes); // one that goes on may have other handlers now
        place->second = std::move(stream);
        if (fresh)
            parts_.loops.start(loop, [this, name = loop] { return run(name); });
    }
}

asio::awaitable<void> ClusterDesk::stop()
{
    work_.cancel();
    co_await work_.emptied();
    streams_.clear();
}

asio::awaitable<void> ClusterDesk::run(std::string loop)
{
    Backoff backoff{std::chrono::milliseconds{200}, std::chrono::seconds{30}};
    for (;;) {
        const auto stepped = co_await step(loop);
        const std::string problem = stepped ? "" : stepped.error().message;
        if (parts_.loops.report(loop, problem) && !problem.empty())
            parts_.log.warn("events of '" + loop + "' are not heard: " + problem);
        if (stepped)
            backoff.reset();
        else
            co_await sleep_for(parts_.app.clock(), backoff.next(parts_.app.random().next()));
    }
}

// One change. After a failure the watch knows what was there, and tells what became of it meanwhile.
asio::awaitable<Result<void>> ClusterDesk::step(std::string loop)
{
    Stream& stream = streams_.at(loop);
    if (!stream.changes) {
        auto changes = co_await subscribe(stream.resource, stream.options);
        if (changes.has_error())
            co_return changes.error();
        stream.changes = std::move(*changes);
    }
    const auto changes = stream.changes;
    auto change = co_await changes->next();
    if (change.has_value()) {
        if (!changes->was_there())
            deliver(*change, stream.handlers, delivery_);
        co_return Result<void>{};
    }
    if (change.error().code == Errc::limit) // some were missed
        stream.changes.reset();
    co_return change.error();
}

asio::awaitable<Result<std::shared_ptr<kubernetes_work::Subscription>>> ClusterDesk::subscribe(std::string resource,
                                                                                               Object options)
{
    const auto executor = co_await asio::this_coro::executor;
    const auto cluster = parts_.cluster();
    if (!cluster)
        co_return cluster.error();
    auto place = co_await kubernetes_work::place_of(**cluster, std::move(resource), std::move(options));
    if (place.has_error())
        co_return place.error();
    co_return (*cluster)->watches().subscribe(executor, *place, {});
}

asio::awaitable<void> ClusterDesk::call(Invocation invocation)
{
    co_await parts_.gate.opened();
    const Gate::Inside inside = parts_.gate.pass();
    (void)co_await traced_call(parts_.app.scheduler(), parts_.observer, std::move(invocation));
}

} // namespace forager
