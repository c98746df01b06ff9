// Options that several lists of a colony share. Part of the colony primitive.
#pragma once

#include "clients/colonies/types/states.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"

#include <cstdint>
#include <vector>

namespace forager {

/// `count`, from 1 to `most`, which is also the default. Failures: bad_arguments.
Result<std::int64_t> count_in(const Object& query, std::int64_t most);

/// `state`; without one, what has not ended. Failures: bad_arguments.
Result<std::vector<colonies::ProcessState>> states_in(const Object& query);

} // namespace forager
