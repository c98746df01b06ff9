// What of its machine a container gets to see: folders, volumes, ports. Pure. All failures are bad_arguments.
#pragma once

#include "clients/docker/container_spec.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"

#include <vector>

namespace forager::docker_work {

/// `volumes`: a list of "SOURCE:TARGET", "SOURCE:TARGET:ro" and tables { source, target, read_only, type }; or a table
/// of SOURCE → { bind = TARGET, mode = "ro" } or SOURCE → "TARGET:ro". A source that begins with a slash is a path of
/// the engine's machine, another a volume's name.
Result<std::vector<docker::Mount>> mounts_option(const Object& options);

/// `ports`: a list of 80, "80", "8080:80", "127.0.0.1:8080:80", each with "/udp" behind it where that is meant.
Result<std::vector<docker::Port>> ports_option(const Object& options);

} // namespace forager::docker_work
