// Names with values, and lists of words, as the engine wants them in its several forms. Pure.
#pragma once

#include "core/value.hpp"

#include <string>
#include <utility>
#include <vector>

namespace forager::docker {

using Pairs = std::vector<std::pair<std::string, std::string>>;
using Words = std::vector<std::string>;

inline Array list_of(const Words& words)
{
    return {words.begin(), words.end()};
}

/// {"NAME": "value"}; of a repeated name the last value counts.
Object object_of(const Pairs& pairs);

/// ["NAME=value"]
Array assignments_of(const Pairs& pairs);

/// The `filters` of a query: what has these labels, with any value where it is empty, and `more` besides. Empty for no
/// filter at all.
std::string filters_of(const Pairs& labels, Object more = {});

} // namespace forager::docker
