#include "app/agent/agent_queue.hpp"

#include "core/arguments.hpp"

#include <utility>

namespace forager {

namespace {

Result<void> can_run(const Registry& registry, const Invocation& invocation)
{
    const auto found = registry.find(invocation.function);
    if (!found)
        return found.error();
    const auto bound = bind_arguments((*found)->function, invocation.args, invocation.kwargs);
    return bound ? Result<void>{} : Result<void>{bound.error()};
}

} // namespace

std::unique_ptr<QueueSource> agent_queue(App& app, store::Store& store, const config::Settings& settings,
                                         std::function<void(const std::string& id)> ended)
{
    QueueSource::Config config;
    config.limit = settings.limits.queue;
    config.request = settings.limits.request;
    QueueSource::Hooks hooks;
    hooks.fresh_id = [&app] { return app.scheduler().fresh_id(); };
    hooks.check = [&app](const Invocation& invocation) { return can_run(app.registry(), invocation); };
    hooks.ended = [ended = std::move(ended)](const std::string& id, const Outcome&) { ended(id); };
    hooks.cancel = [&app](const std::string& id) { (void)app.scheduler().cancel(id); };
    hooks.retries = [&app](const std::string& name) {
        const auto found = app.registry().find(name);
        return found ? (*found)->function.retries : 0;
    };
    return std::make_unique<QueueSource>(app.executor(), app.clock(), store.records(), app.scheduler(), config,
                                         std::move(hooks));
}

} // namespace forager
