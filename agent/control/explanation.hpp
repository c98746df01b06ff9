// Why an invocation is in the state that it is in, in sentences for people.
#pragma once

#include "ports/records.hpp"

#include <string>

namespace forager::control {

/// What else bears on it.
struct Situation {
    bool paused = false;     ///< the queue begins nothing
    std::size_t running = 0; ///< invocations that run
    WallTime now;
};

/// Some lines, the reason first.
std::string explanation(const Record& record, const Situation& situation);

} // namespace forager::control
