// Whether a container is as expected. Pure.
#pragma once

#include "ports/monitors.hpp"
#include "sources/monitor/sighting.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace forager::monitoring {

/// What the engine must be asked for about each container, where a monitor wants to know.
struct Readings {
    std::optional<std::int64_t> restarts;
    std::optional<std::int64_t> memory;
    std::optional<double> cpu;
};

struct Verdict {
    bool ok = true;
    std::string reason; ///< what is not as expected
};

/// `sighting`: a null pointer for one that is away. What was not read yet is not held against it.
Verdict judge(const Expectation& expect, const Sighting* sighting, const Readings& readings);

/// Whether it takes a question about each container.
inline bool needs_readings(const Expectation& expect)
{
    return expect.restarts || expect.memory || expect.cpu;
}

} // namespace forager::monitoring
