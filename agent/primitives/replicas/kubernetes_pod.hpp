// A replica as a pod of its own, and the Secret that holds its environment: no key of its stands in the pod. The pod is
// not begun again by the cluster: its deaths are to be seen, and waited for. Pure. Facts: Kubernetes 1.33, Pod v1.
#pragma once

#include "core/failure.hpp"
#include "core/reconcile/deployment.hpp"
#include "core/value.hpp"
#include "ports/replica_runtime.hpp"

#include <string>

namespace forager::replicas {

/// The container of a replica: beside it there may be others that the cluster adds.
inline constexpr const char* replica_container = "replica";

/// Failures: bad_arguments, whose message begins with the path of the member, which is `field` in the details, too.
Result<void> check_pod(const reconcile::Deployment& wanted);

/// Of a document that `check_pod` has nothing against. `secret`: its name.
Object pod_of(const reconcile::Deployment& wanted, const NewReplica& replica, const std::string& secret);

/// What it is told by its environment.
Object secret_of(const reconcile::Deployment& wanted, const NewReplica& replica, const std::string& secret);

/// The name of the Secret that a pod needs; empty: it has none of ours.
std::string secret_name_in(const Object& pod);

/// Changes a Secret so that it goes with the pod, whoever removes that.
Object ownership_of(const Object& pod);

/// Whole seconds, one at least: with none the cluster would forget a pod before it has ended.
std::int64_t grace_seconds(const reconcile::Deployment& wanted);

} // namespace forager::replicas
