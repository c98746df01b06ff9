// Points in time as the API writes them.
#pragma once

#include "base/time.hpp"

#include <optional>
#include <string_view>

namespace forager::kubernetes {

/// RFC 3339, with "Z" or an offset and up to nine digits of a second; nothing for anything else.
std::optional<WallTime> parse_time(std::string_view text);

} // namespace forager::kubernetes
