// Patterns for the names of files: `*`, `?`, `[a-z]`, `[!a-z]`, and a backslash before a character that means itself.
#pragma once

#include <string_view>

namespace forager {

/// Whether the name, without slashes, fits. A dot at its start must be in the pattern as well. `?` and brackets stand
/// for one character, or for one byte where the name is no UTF-8.
bool matches(std::string_view pattern, std::string_view name);

/// Whether the pattern says more than one name.
bool is_pattern(std::string_view text);

} // namespace forager
