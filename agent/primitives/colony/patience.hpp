// What somebody who waits for the colony makes of a call that failed. Part of the colony primitive.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"

#include <optional>

namespace forager {

/// A server that is away is waited for. A refusal that may be a mistake of its start is believed when it has lasted.
class ColonyPatience {
public:
    /// Whether the call is worth another try.
    bool bears(const Failure& failure, TimePoint now);

    /// The server has answered.
    void restore() { doubted_since_.reset(); }

private:
    std::optional<TimePoint> doubted_since_;
};

} // namespace forager
