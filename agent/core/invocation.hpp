// One call of a function, whoever asked for it.
#pragma once

#include "base/time.hpp"
#include "core/value.hpp"

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
    std::string source; ///< who asked: "run", "call", "workflow nightly", …
};

} // namespace forager
