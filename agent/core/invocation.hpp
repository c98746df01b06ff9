// One call of a function, whoever asked for it.
#pragma once

#include "base/time.hpp"
#include "core/value.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace forager {

struct Invocation {
    std::string id;
    std::string function;    ///< full name, FAMILY.NAME
    std::vector<Value> args; ///< positional arguments
    Object kwargs;           ///< keyword arguments
    Object env;              ///< environment for the children that it starts: name → string
    std::optional<TimePoint> deadline;
    std::optional<Duration> timeout;    ///< of each try; overrides the function's own
    std::optional<std::size_t> retries; ///< overrides the function's own
    std::string source;                 ///< who asked: "run", "call", "workflow nightly", …
};

} // namespace forager
