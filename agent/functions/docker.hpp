// What the functions of the family docker share.
#pragma once

#include "primitives/cfs/access.hpp"
#include "primitives/docker/access.hpp"
#include "runtime/registry.hpp"

#include <memory>

namespace forager {

/// docker.execute: one command in a container, as upstream's container executor has it.
void add_docker_execute(Registry& registry, const DockerAccess& docker, const cfs::FilesAccess& files);

/// What is behind it. Both must outlive it.
std::shared_ptr<Handler> docker_execute(const DockerAccess& docker, const cfs::FilesAccess& files);

} // namespace forager
