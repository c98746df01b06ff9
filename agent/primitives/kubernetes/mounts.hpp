// What a container finds in its folders: volumes, as callers say them and as Kubernetes has them. Pure.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"

namespace forager::kubernetes_work {

struct Mounts {
    Array volumes; ///< of the pod's spec
    Array mounts;  ///< of the container

    Mounts() = default;
};

/// The option `volumes`: a path → the name of a claim, or { claim, secret or config_map = name, or empty = true;
/// read_only; path (in the volume) }. Failures: bad_arguments, naming the path.
Result<Mounts> mounts_of(const Object& options);

} // namespace forager::kubernetes_work
