// Why a child could not be started, in sentences for a script's author. Used by the launcher.
#pragma once

#include "core/failure.hpp"
#include "io/process/launch.hpp"

#include <string>

namespace forager {

/// What the child was doing when it failed.
enum class LaunchStage { folder, limits, descriptors, user, exec };

/// `program` is the path that was found; `error` the system's number.
Failure launch_failure(const LaunchPlan& plan, const std::string& program, LaunchStage stage, int error);

} // namespace forager
