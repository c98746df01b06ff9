// Topics and the filters that they fit. Pure. Source: MQTT Version 5.0, OASIS Standard, section 4.7.
#pragma once

#include "core/failure.hpp"

#include <string_view>

namespace forager::mqtt {

/// Whether a topic fits a filter, with `+` for one level and `#` for all that are left.
bool matches(std::string_view filter, std::string_view topic);

/// Failures: bad_arguments, saying what is wrong with it.
Result<void> check_filter(std::string_view filter);
Result<void> check_topic(std::string_view topic);

} // namespace forager::mqtt
