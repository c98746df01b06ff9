// What became of a process, as the outcome of a call. Pure. Facts: Colonies v1.9.12.
#pragma once

#include "core/outcome.hpp"

namespace forager {

namespace colonies {
struct Process;
}

/// Of one that has ended: its outputs (bytes that were marked as such are bytes again), or its failure. That is
/// timed_out where a time limit of the colony passed, cancelled, or script with the word "failed" for programs; its
/// details are `process` (the id) and `errors` (texts).
Outcome outcome_of(const colonies::Process& process);

} // namespace forager
