// What the functions of the family docker share.
#pragma once

#include "core/invocation.hpp"
#include "primitives/docker/access.hpp"
#include "primitives/docker/making.hpp"
#include "runtime/registry.hpp"

namespace forager {

/// For whom a container works, as labels: people who see it in the engine's lists find out.
void add_origin(docker::ContainerSpec& spec, const Invocation& invocation);

/// docker.execute: see docker_execute.cpp.
void add_docker_execute(Registry& registry, const DockerAccess& docker);

} // namespace forager
