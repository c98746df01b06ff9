#include "app/agent/engine_desk.hpp"

#include "app/agent/traced_call.hpp"
#include "primitives/docker/engine.hpp"

#include <utility>

namespace forager {

namespace asio = boost::asio;
using namespace monitoring;

namespace {

constexpr std::string_view docker_prefix = "docker:";

EventHandler handler_of(const scripting::Watcher& watcher)
{
    EventHandler handler;
    handler.function = watcher.function;
    handler.event = watcher.event;
    handler.action = watcher.event.substr(docker_prefix.size());
    handler.name = part<std::string>(watcher.options, "name");
    for (const Member& label : part<Object>(watcher.options, "labels"))
        handler.labels.emplace_back(
            label.name, label.value.get<std::string>() == nullptr ? std::string{} : *label.value.get<std::string>());
    handler.durable = watcher.durable;
    return handler;
}

ClientAccess client_of(const DockerAccess& docker)
{
    return [&docker]() -> Result<docker::Client*> {
        const auto engine = docker();
        return engine ? Result<docker::Client*>{&(*engine)->client()} : Result<docker::Client*>{engine.error()};
    };
}

} // namespace

EngineDesk::EngineDesk(App& app, store::Store& store, QueueSource& queue, Gate& gate, const AgentObserver& observer,
                       const AgentLog& log, const DockerAccess& docker)
    : app_{app},
      gate_{gate},
      observer_{observer},
      work_{app.executor()},
      engine_{engine_of(client_of(docker))},
      loop_{app.executor(), app.clock(), app.random(), *engine_, hears(log)},
      handlers_{{app.clock(), app.random(), queue, store.schedules(),
                 [this](Invocation invocation) { return call(std::move(invocation)); },
                 [&log](const std::string& message) { log.warn(message); }},
                [this](asio::awaitable<void> work) { work_.spawn("event", std::move(work)); }},
      source_{source_parts(store, queue, log)}
{
}

EventLoop::Hears EngineDesk::hears(const AgentLog& log)
{
    EventLoop::Hears hears;
    hears.wants = [this] { return !source_.empty() || !handlers_.empty(); };
    hears.opened = [this] { source_.opened(); };
    hears.closed = [this] { source_.closed(); };
    hears.event = [this](const docker::Event& event, bool old) {
        if (!old)
            source_.take(event);
        handlers_.take(event, old);
    };
    hears.warn = [&log](const std::string& message) { log.warn(message); };
    hears.inform = [&log](const std::string& message) { log.info(message); };
    return hears;
}

MonitorSource::Parts EngineDesk::source_parts(store::Store& store, QueueSource& queue, const AgentLog& log)
{
    return {app_.executor(),
            app_.clock(),
            app_.random(),
            *engine_,
            queue,
            store.monitors(),
            [this](asio::awaitable<void> work) { work_.spawn("monitor", std::move(work)); },
            [this] { loop_.wake(); },
            [this] { loop_.doubt(); },
            [&log](const std::string& message) { log.warn(message); }};
}

void EngineDesk::serve(const std::vector<std::shared_ptr<scripting::Script>>& scripts)
{
    std::vector<Monitor> monitors;
    std::vector<EventHandler> handlers;
    for (const auto& script : scripts) {
        monitors.insert(monitors.end(), script->monitors.begin(), script->monitors.end());
        for (const scripting::Watcher& watcher : script->watchers)
            if (watcher.event.starts_with(docker_prefix))
                handlers.push_back(handler_of(watcher));
    }
    handlers_.set(std::move(handlers));
    source_.declare(std::move(monitors));
    loop_.wake();
}

void EngineDesk::start(Supervisor& loops)
{
    loops.start("docker events", [this] { return hear(); });
    loops.start("monitors", [this] { return source_.run(); });
}

asio::awaitable<void> EngineDesk::stop()
{
    work_.cancel();
    co_await work_.emptied();
}

asio::awaitable<void> EngineDesk::hear()
{
    if (!std::exchange(knows_beginning_, true)) {
        const auto ended = co_await handlers_.ended_at();
        if (ended)
            loop_.begin_at(*ended);
    }
    co_await loop_.run();
}

asio::awaitable<void> EngineDesk::call(Invocation invocation)
{
    co_await gate_.opened();
    const Gate::Inside inside = gate_.pass();
    (void)co_await traced_call(app_.scheduler(), observer_, std::move(invocation));
}

} // namespace forager
