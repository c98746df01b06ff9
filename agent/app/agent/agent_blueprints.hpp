// The blueprints of the agent's colony, as its settings have it.
#pragma once

#include "app/agent/blueprint_desk.hpp"
#include "app/agent/log.hpp"
#include "app/agent/reconcile_desk.hpp"
#include "app/app.hpp"
#include "config/config.hpp"

#include <memory>

namespace forager {

/// It hears from now on what the documents' statuses are. All must outlive it, and be told nothing when it is gone.
std::unique_ptr<BlueprintDesk> agent_blueprints(App& app, const config::Settings& settings, ReconcileDesk& documents,
                                                const AgentLog& log);

} // namespace forager
