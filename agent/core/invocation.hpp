// One call of a function, whoever asked for it.
#pragma once

#include "base/time.hpp"
#include "core/value.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace forager {

/// An invocation that waits for another one which it asked for.
struct Caller {
    std::string id;
    std::string function;
    bool records = false;  ///< what the other one gives: it is not asked for again when this one is resumed
    std::size_t tries = 0; ///< of this one that had failed when it asked
};

struct Invocation {
    std::string id;
    std::string function;    ///< full name, FAMILY.NAME
    std::string label;       ///< what a display shows instead of `function`: "nightly.scale[3]"; may be empty
    std::vector<Value> args; ///< positional arguments
    Object kwargs;           ///< keyword arguments
    Object env;              ///< environment for the children that it starts: name → string
    std::optional<TimePoint> deadline;
    std::optional<TimePoint> fence;     ///< when all that it has begun must be gone, its clean-up too
    std::optional<Duration> timeout;    ///< of each try; overrides the function's own
    std::optional<std::size_t> retries; ///< overrides the function's own
    std::string source;                 ///< who asked: "run", "call", "workflow nightly", …
    std::size_t tries = 0;              ///< tries that have failed before this one
    std::vector<Caller> chain;          ///< who waits for this one, the outermost first
};

/// An invocation of `function` asked for by `parent`, with its environment, deadline and source; the id is still empty.
Invocation nested_in(const Invocation& parent, std::string function, bool recorded = false);

/// The id of the outermost invocation that waits for this one, or its own.
const std::string& root_of(const Invocation& invocation);

/// The id of the outermost one that this one is resumed with; nobody needs its recordings when that one has ended.
const std::string& recorded_under(const Invocation& invocation);

/// Tells this try apart from all others of the invocation, also when it is because a caller tries again that it is
/// tried. Where nobody waits for it, the tries that have failed.
std::uint64_t attempt_of(const Invocation& invocation);

} // namespace forager
