// What a keeper is told before it starts its command, on its stdin: all of it, or it starts nothing.
#pragma once

#include "io/process/launch.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace forager {

struct KeeperPlan {
    LaunchPlan launch; ///< but for its tags, which are the keeper's
    std::string input; ///< bytes for the command's stdin
    std::size_t limit = 0;
    std::string boot; ///< the machine's start, as `Clock::boot` names it

    KeeperPlan() = default;
};

std::string packed(const KeeperPlan& plan);
std::optional<KeeperPlan> unpacked_plan(std::string_view text);

} // namespace forager
