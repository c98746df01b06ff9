// What the keeper of a replica is told before it starts it, on its stdin: all of it, or it starts nothing.
#pragma once

#include "core/reconcile/deployment.hpp"
#include "io/process/launch.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace forager {

struct ReplicaPlan {
    LaunchPlan launch;          ///< but for its tags, which are the keeper's
    std::string boot;           ///< the machine's start, as `Clock::boot` names it
    std::string folder;         ///< its folder's path
    std::size_t processors = 0; ///< it may use so many at a time; 0: all
    std::optional<reconcile::HealthCheck> health;

    ReplicaPlan() = default;
};

std::string packed(const ReplicaPlan& plan);
std::optional<ReplicaPlan> unpacked_replica_plan(std::string_view text);

} // namespace forager
