// How many files this process may have open, and for how many commands at once that is enough.
#pragma once

#include "core/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace forager {

/// From now on so many, or as many as the system gives. What it was before, for children: some programs walk through
/// all descriptors that they may have.
std::uint64_t set_open_files(std::optional<std::uint64_t> wanted);

std::size_t commands_at_once();

/// There are none left for this program, and there will be none.
Failure too_few_open_files(const std::string& program);

} // namespace forager
