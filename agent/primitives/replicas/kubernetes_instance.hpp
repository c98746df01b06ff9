// A pod as the replica that it is. Pure.
#pragma once

#include "base/time.hpp"
#include "core/reconcile/instance.hpp"
#include "core/value.hpp"

namespace forager::replicas {

/// One that is being deleted has ended: it will not come back, and nothing waits for it.
reconcile::Instance instance_of(const Object& pod, WallTime now);

} // namespace forager::replicas
