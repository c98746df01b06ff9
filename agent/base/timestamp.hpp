// A moment of the calendar as programs read it.
#pragma once

#include "base/time.hpp"

#include <string>

namespace forager {

/// "2026-11-24T18:22:26.042Z": RFC 3339, in UTC, with milliseconds.
std::string timestamp(WallTime time);

} // namespace forager
