#include "app/agent/agent_blueprints.hpp"

namespace forager {

std::unique_ptr<BlueprintDesk> agent_blueprints(App& app, const config::Settings& settings, ReconcileDesk& documents,
                                                const AgentLog& log)
{
    auto desk = std::make_unique<BlueprintDesk>(BlueprintDesk::Parts{
        app.executor(), app.clock(), documents.keeper(), [&app] { return app.colony(); },
        [&documents](reconcile::Runtime runtime) { return documents.runtime(runtime); }, documents.identities(),
        blueprint_handlers(settings), settings.colony.name, [&log](const std::string& message) { log.info(message); },
        [&log](const std::string& message) { log.warn(message); }});
    documents.tell([desk = desk.get()](const reconcile::Document& document) { desk->changed(document); });
    return desk;
}

} // namespace forager
