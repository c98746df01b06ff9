// How much a policy lets containers have, how long, and how many of them. Pure. Failures as in permission.hpp.
#pragma once

#include "base/time.hpp"
#include "clients/docker/container_spec.hpp"
#include "core/failure.hpp"
#include "primitives/docker/policy.hpp"

#include <cstddef>
#include <optional>

namespace forager::docker_work {

/// Memory, processor time and processes. What was not asked for is as much as there may be.
Result<void> permit_limits(const Policy& policy, docker::ContainerSpec& spec);

/// The time of a container that is waited for.
Result<void> permit_lifetime(const Policy& policy, std::optional<Duration>& timeout);

/// Of one that nobody waits for, a policy with a lifetime would not see the end.
Result<void> permit_staying(const Policy& policy);

/// One more, where there are `count` already.
Result<void> permit_one_more(const Policy& policy, std::size_t count);

} // namespace forager::docker_work
