// How the Docker engine of the configuration is come by.
#pragma once

#include "core/failure.hpp"

#include <functional>

namespace forager {

class DockerEngine;

/// It is made when it is first wanted. Failures: refused, with what to set.
using DockerAccess = std::function<Result<DockerEngine*>()>;

} // namespace forager
