// What is remembered of replicas that die at once and of the progress of a change. Pure.
#pragma once

#include "core/reconcile/plan.hpp"

#include <cstdint>
#include <string>

namespace forager::reconcile {

/// So many failures in a row are no accident.
inline constexpr std::int64_t many_failures = 3;

/// With what this look shows.
Memory remembered(const Look& look, const std::string& print);

/// Before it none is started in place of one that died at once.
WallTime next_start(const Memory& memory);

/// Whether it ended soon after its start.
bool died_at_once(const Look& look, const Instance& instance);

/// When a change has failed for want of progress.
WallTime deadline(const Look& look, const Memory& memory);

/// Whether the change to the template has failed.
bool has_failed(const Look& look, const Memory& memory);

/// In the words of its runtime, which say the status, too; else "exit 3".
std::string end_of(const Instance& instance);

} // namespace forager::reconcile
