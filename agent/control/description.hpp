// Functions and records as data: what JSON output shows, with an agent and without.
#pragma once

#include "ports/records.hpp"
#include "runtime/registry.hpp"

namespace forager::control {

/// One entry for each function, and one for each family that is not available.
Array functions_data(const Registry& registry);

/// A failure as the API tells it: all that there is for people, the traceback included.
Object failure_data(const Failure& failure);

/// All of a record but its arguments and steps.
Object record_data(const Record& record);

} // namespace forager::control
