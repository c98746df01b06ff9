#include "app/agent/reconcile_desk.hpp"

#include <utility>

namespace forager {

ReconcileDesk::ReconcileDesk(Parts parts)
    : log_{parts.log},
      reconciling_{{parts.app, parts.settings, parts.store.documents(), parts.app.scheduler(),
                    [this](const reconcile::Document& document) { hear(document); },
                    [this](const std::string& message) { log_.info(message); },
                    [this](const std::string& message) { log_.warn(message); }}}
{
}

void ReconcileDesk::start(Supervisor& loops)
{
    loops.start("reconcile", [this] { return reconciling_.run(); });
}

void ReconcileDesk::hear(const reconcile::Document& document) const
{
    if (changed_)
        changed_(document);
}

} // namespace forager
