// What a registry holds, as data: for `forager functions` with an agent and without.
#pragma once

#include "runtime/registry.hpp"

namespace forager::control {

/// One entry for each function, and one for each family that is not available.
Array functions_data(const Registry& registry);

} // namespace forager::control
