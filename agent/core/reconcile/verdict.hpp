// What a look amounts to, for people, and when the next one is due. Pure.
#pragma once

#include "core/reconcile/plan.hpp"

#include <optional>
#include <string>

namespace forager::reconcile {

/// Sets phase, message, `failure` and `look_again` of a plan that has its actions and its memory.
void judge(Plan& plan, const Look& look);

/// "1 of 3 is", "2 of 3 are".
std::string so_many(std::int64_t count, std::int64_t all);

} // namespace forager::reconcile
