// A command as somebody wants it, made into what is launched.
#pragma once

#include "core/failure.hpp"
#include "io/process/environment.hpp"
#include "io/process/launch.hpp"
#include "io/process/tag.hpp"
#include "ports/process_runner.hpp"

#include <cstdint>

namespace forager {

/// `base` is the environment that the command's changes are made to; `open_files`, what it may have open unless it says
/// otherwise. Failures: bad_arguments.
Result<LaunchPlan> plan_for(const Command& command, const Environment& base, TagPair tags, std::uint64_t open_files);

} // namespace forager
