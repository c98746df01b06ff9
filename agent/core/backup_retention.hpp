// Which backups of one origin may go. Pure.
#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forager {

struct StoredBackup {
    std::string key;
    WallTime made{};
    std::uint64_t size = 0; ///< bytes; one without any is no good
};

struct RetentionPolicy {
    std::optional<std::size_t> keep;  ///< at most so many, at least one
    std::optional<Duration> keep_for; ///< none that is older
};

/// Keys that may be removed. `all`: what the store lists of one origin. `just_made`: the one that was stored and
/// verified now, which stays; so do newer ones, which others have made, who may be removing older ones at this moment,
/// too. A listing that lacks it is not believed, and nothing goes.
/// Without one (empty), the newest good one stays. Those whose time has not come, by a clock that was wrong once, stay
/// and do not count.
std::vector<std::string> superfluous(std::vector<StoredBackup> all, const RetentionPolicy& policy, WallTime now,
                                     std::string_view just_made);

} // namespace forager
