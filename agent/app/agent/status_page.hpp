// The agent's status as a page for a browser: what `forager status` tells, as plain HTML without scripts. For the
// agent's HTTP door.
#pragma once

#include "core/value.hpp"

#include <string>

namespace forager {

/// `status` as the API gives it. All text is escaped.
std::string status_page(const Object& status);

} // namespace forager
