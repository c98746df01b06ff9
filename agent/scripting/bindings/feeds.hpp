// Loops of scripts over events. Included by the sources of bindings only.
#pragma once

#include "core/failure.hpp"
#include "scripting/binding.hpp"

#include <string>

namespace forager::scripting {

/// Failures: limit (too many such loops are open). `what` names the call.
Result<void> room_for_feed(const Request& request, const std::string& what);

} // namespace forager::scripting
