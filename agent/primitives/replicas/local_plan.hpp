// What a document says, as a keeper of this machine is told. Pure.
#pragma once

#include "core/failure.hpp"
#include "core/reconcile/deployment.hpp"
#include "io/process/environment.hpp"
#include "io/process/replica/replica_folder.hpp"
#include "io/process/replica/replica_plan.hpp"
#include "ports/replica_runtime.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace forager::replicas {

/// Failures: bad_arguments, with the path of the member in front and as `field`.
Result<void> check_local(const reconcile::Template& replica);

/// The program and its arguments.
std::vector<std::string> command_of(const reconcile::Template& replica);

/// `base` is what its environment begins with, `folder` its own. Failures: bad_arguments.
Result<ReplicaPlan> plan_for(const reconcile::Deployment& wanted, const NewReplica& replica, Environment base,
                             const ReplicaFolder& folder, std::uint64_t open_files);

} // namespace forager::replicas
