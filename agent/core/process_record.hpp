// What a colony's process says of itself, for Python code that gets it as `ctx["process"]`.
#pragma once

namespace forager {

/// The variable of an invocation's environment that holds the process as JSON, as the server gave it. It is for
/// `python.python_code`, which no child sees it from.
inline constexpr const char* process_record = "$process";

} // namespace forager
