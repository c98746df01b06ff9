// What is different between two values, member by member. Pure.
#pragma once

#include "core/value.hpp"

#include <string>

namespace forager::reconcile {

/// Each { path, is, becomes }, in the order of the members; null is a member that is not there. Lists that differ are
/// one change. `path` names the whole.
Array changes_between(const Value& is, const Value& becomes, const std::string& path);

} // namespace forager::reconcile
