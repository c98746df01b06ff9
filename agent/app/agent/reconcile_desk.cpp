#include "app/agent/reconcile_desk.hpp"

#include "app/agent/traced_call.hpp"

#include <utility>

namespace forager {

ReconcileDesk::ReconcileDesk(Parts parts)
    : log_{parts.log},
      reconciling_{{parts.app, parts.settings, parts.store.documents(),
                    [&app = parts.app, &observer = parts.observer](Invocation invocation) {
                        return traced_call(app.scheduler(), observer, std::move(invocation));
                    },
                    [this](const reconcile::Document& document) { hear(document); },
                    [this](const std::string& message) { log_.info(message); },
                    [this](const std::string& message) { log_.warn(message); }}}
{
    parts.app.touch_documents_with(
        [this](const std::string& kind, const std::string& name) { keeper().touch({"", "", kind, name}); });
}

void ReconcileDesk::start(Supervisor& loops)
{
    loops.start("reconcile", [this] { return reconciling_.run(); });
}

void ReconcileDesk::hear(const reconcile::Document& document) const
{
    for (const Changed& changed : changed_)
        changed(document);
}

} // namespace forager
