// What two commands must have in common to be borne by the same nursery. Used by `Nurseries`; looks at files, so it is
// called on the pool.
#pragma once

#include "io/process/launch.hpp"

#include <compare>
#include <optional>
#include <string>
#include <vector>

namespace forager {

struct NurseryKey {
    std::vector<std::string> argv;
    std::string program;     ///< its path
    Environment environment; ///< what a program looks at when it starts
    std::string folder;      ///< where it starts
    bool script = false; ///< it is one, which may look at all of its environment, its folder too, and change the former

    NurseryKey() = default;
    auto operator<=>(const NurseryKey&) const = default;
};

/// Nothing: what the plan names stands in the folder that it starts in, or is not there.
std::optional<NurseryKey> nursery_key(const LaunchPlan& plan);

/// What the nursery itself starts with: `base` is what all commands have, so that it holds nothing of one alone.
Environment starting_environment(const NurseryKey& key, Environment base);

} // namespace forager
