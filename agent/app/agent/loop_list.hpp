// The agent's loops as people see them: several that do the same side by side are one. Pure.
#pragma once

#include "runtime/supervisor.hpp"

#include <vector>

namespace forager {

/// One for each name, in the order of the first of them: as the worst of them is, with the restarts of all.
std::vector<LoopStatus> by_name(const std::vector<LoopStatus>& loops);

} // namespace forager
