// Files on their way into containers and out of them.
#pragma once

#include "core/failure.hpp"
#include "primitives/docker/engine.hpp"
#include "primitives/docker/policy.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager::docker_work {

/// Copies a file or folder of this machine into the folder `to` of the container, which must be there. Failures:
/// refused (the asker's policy).
boost::asio::awaitable<Result<void>> copy_in(DockerEngine& engine, Asker asker, std::string container, std::string from,
                                             std::string to);

/// Copies a file or folder of the container into the folder `to` of this machine.
boost::asio::awaitable<Result<void>> copy_out(DockerEngine& engine, std::string container, std::string from,
                                              std::string to);

} // namespace forager::docker_work
