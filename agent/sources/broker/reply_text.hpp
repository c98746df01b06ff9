// What is published as the reply to a request about containers. Part of the container channels. Pure. Source:
// upstream's container broker published raw output, or one JSON text when a watched container had ended.
#pragma once

#include "ports/replies.hpp"

#include <optional>
#include <string>

namespace forager {

/// With an id always JSON: id, status ("ok" or "error"), output, exit_code, error, and what else the function gives.
/// Without one the raw output, also of a command that failed; what the request itself did wrong, and what is no output,
/// is JSON. Nothing: there is nothing to say yet.
std::optional<std::string> reply_text(const Value& id, const Outcome& outcome);

} // namespace forager
