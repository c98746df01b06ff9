// Replicas as containers: what a document's replica asks an engine for, whose a container is by its labels, and how an
// engine's records of one are read. Only for the sources of primitives/replicas. Pure.
#pragma once

#include "clients/docker/container_spec.hpp"
#include "clients/docker/containers.hpp"
#include "core/failure.hpp"
#include "core/reconcile/deployment.hpp"
#include "core/reconcile/instance.hpp"
#include "core/reconcile/key.hpp"
#include "core/value.hpp"
#include "ports/replica_runtime.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace forager::replicas::docker_forms {

inline constexpr std::string_view kind_label = "forager.reconcile.kind";

/// Whether engines can run this document. Failures: bad_arguments, with `field`.
Result<void> check(const reconcile::Deployment& wanted);

/// Of a document that was checked. The labels are the document's own, upstream's (`colonies.…`) and those that say
/// whose it is. The engine never restarts it: that is the reconciler's to decide.
docker::ContainerSpec container_of(const reconcile::Deployment& wanted, const NewReplica& replica);

/// What the engine's lists are asked for. It finds more than this document's replicas: see `is_of`.
docker::Filter filter_of(const reconcile::Key& key);

/// Whether a container with these labels is a replica of this document.
bool is_of(const reconcile::Key& key, const Object& labels);

/// The document of a replica with these labels; nothing for another container.
std::optional<reconcile::Key> key_in(const Object& labels);

/// A replica as the engine's list has it.
struct Listed {
    reconcile::Instance instance;
    bool is_told_all = false; ///< else `complete` must have a closer look

    Listed() = default;
};
Listed read(const Object& listed);

/// What only a closer look tells: times, health, how it ended. `now` is the wall clock's: one that was made and not
/// started within some seconds of it never will be.
void complete(reconcile::Instance& instance, const Object& inspected, WallTime now);

} // namespace forager::replicas::docker_forms
