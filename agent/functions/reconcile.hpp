// The family reconcile: what a colony has done to its blueprints by an executor that is their handler.
#pragma once

#include "ports/blueprint_work.hpp"
#include "runtime/registry.hpp"

namespace forager {

/// Registers reconcile.reconcile, reconcile.reconcile_executor_deployment and reconcile.cleanup. All that is passed
/// must outlive the registry.
void add_reconcile(Registry& registry, const BlueprintWorkAccess& work);

} // namespace forager
