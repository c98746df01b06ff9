// Whether a policy lets somebody have what he asks an engine for. This is the one place where that is decided, and all
// that is made goes through it first. Failures of all: refused, naming the setting, what was asked for, the policy and
// what would allow it; `setting` and `policy` are in the details. `socket` is that of an engine on this machine, whose
// links are then followed, which may block; empty: the engine is another machine's, and only the text of a path counts.
#pragma once

#include "clients/docker/container_spec.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"
#include "primitives/docker/policy.hpp"

#include <string>
#include <string_view>

namespace forager::docker_work {

/// The container gets what the policy has instead of what was not asked for: the ceilings, the first user and network
/// that are no patterns, and what is forced.
Result<void> permit_container(const Policy& policy, const std::string& socket, docker::ContainerSpec& spec);

/// Of one that is there, as the engine describes it: for who wants to run something inside of it.
Result<void> permit_use(const Policy& policy, const std::string& socket, const Object& inspected);

/// What a command in a container may have.
Result<void> permit_command(const Policy& policy, bool privileged, std::string& user);

Result<void> permit_image(const Policy& policy, std::string_view image);

/// The network of what a build runs; empty: the usual one.
Result<void> permit_network(const Policy& policy, std::string& network);

/// To make an image, or to give it this name; empty: none.
Result<void> permit_making(const Policy& policy, std::string_view name);

/// To read a folder of this machine for an image: as a mount that is only read.
Result<void> permit_reading(const Policy& policy, const std::string& socket, const std::string& folder);

} // namespace forager::docker_work
