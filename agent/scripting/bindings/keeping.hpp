// What outlives the agent in functions with orphans = "adopt": how it is found again, and who hears of that.
#pragma once

#include "ports/process_runner.hpp"
#include "scripting/binding.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace forager::scripting {

/// Where a `what` ("command", "container") stands in such a function; nothing in others. To be asked before the
/// binding's coroutine begins, since it counts. The request must outlive it.
std::optional<Keep> keep_of(const Request& request, std::string_view what);

/// Who adopts it says so in the lines of its run. `shown`: its words.
void tell_of_adoption(Keep& keep, const Request& request, std::string shown);

} // namespace forager::scripting
