// A look at a task that waits: the names that its code sees, and what an expression comes to there. On the strand.
#pragma once

#include "core/outcome.hpp"
#include "scripting/vm/task.hpp"

#include <string>
#include <utility>
#include <vector>

namespace forager::scripting {

/// The local names of the innermost line of the user's own, and their values as text, the innermost first.
std::vector<std::pair<std::string, std::string>> locals_of(Task& task);

/// Runs an expression, or statements, where the names of that line are seen; what it sets there is gone afterwards. It
/// cannot wait. Failures: what it raised.
Outcome evaluated(Task& task, const std::string& text);

/// The calls that led there, one in a line.
std::string traceback_of(Task& task);

} // namespace forager::scripting
