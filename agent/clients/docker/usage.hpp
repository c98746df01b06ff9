// What a container uses, out of the engine's stats. Pure.
#pragma once

#include "core/value.hpp"

#include <cstdint>

namespace forager::docker {

/// Bytes, without what the kernel would give back at once, as the engine's own command line counts.
std::int64_t memory_in(const Object& stats);

/// Processor time so far, the container's and the whole machine's, in the engine's unit; how much of the machine's time
/// is one core's follows from `cores`.
struct CpuTime {
    double used = 0;
    double machine = 0;
    double cores = 0;
};

CpuTime cpu_time_in(const Object& cpu_stats);

/// The cores that were busy with it between two looks; 0 where no time has passed.
double cores_between(const CpuTime& before, const CpuTime& now);

} // namespace forager::docker
