// Finds files by a pattern of their path. Blocks: for the pool.
#pragma once

#include "primitives/files/paths.hpp"

#include <cstddef>
#include <vector>

namespace forager {

/// More matches than this are a failure (`limit`), and so is looking at a hundred times as many names.
inline constexpr std::size_t most_matches = 100'000;

namespace blocking {

/// The paths that fit, sorted, written as the pattern is (relative when it is relative). `*`, `?` and `[a-z]` stay
/// inside a name, `**` as a whole name is any number of folders, links not followed. Hidden names only match where the
/// pattern has the dot. Folders that may not be read count as empty.
Result<std::vector<std::string>> glob(const std::string& pattern, const Stop& stop);

} // namespace blocking

} // namespace forager
