// What the processes of a pod may do, as callers say it and as Kubernetes has it. Pure.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"

namespace forager::kubernetes_work {

struct Security {
    Object pod;       ///< the pod's securityContext
    Object container; ///< the container's

    Security() = default;
};

/// Options: user (a number, "1000", or "1000:2000" with a group, to which the pod's volumes are open, too), read_only
/// (the root file system), new_privileges. What is not said is Kubernetes' own. Failures: bad_arguments, naming the
/// option.
Result<Security> security_of(const Object& options);

} // namespace forager::kubernetes_work
