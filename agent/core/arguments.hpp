// Brings the arguments of a call into the order of a function's parameters and checks their types, before the function
// runs.
#pragma once

#include "core/failure.hpp"
#include "core/function.hpp"
#include "core/value.hpp"

#include <optional>
#include <string>
#include <vector>

namespace forager {

/// One value for each parameter: positional arguments first, then keyword arguments by name, then defaults. A number
/// with an integral value becomes an integer where one is wanted, an empty table an empty list and the reverse. A
/// variadic function gets its arguments unchecked; keyword arguments alone become one table. Failures: bad_arguments,
/// naming the function, the argument, the type wanted and the type given.
Result<std::vector<Value>> bind_arguments(const Function& function, std::vector<Value> args, Object kwargs);

/// Brings the value into the parameter's type where that loses nothing, or says what is wrong with it.
std::optional<std::string> settle(const Parameter& parameter, Value& value);

} // namespace forager
