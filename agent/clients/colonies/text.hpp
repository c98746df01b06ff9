// Text as the server's database takes it. Used by the calls that carry a program's own words.
#pragma once

#include <string>
#include <string_view>

namespace forager::colonies {

/// With U+FFFD for each byte that is not UTF-8.
std::string as_utf8(std::string_view bytes);

/// The same, and without NUL characters, which the server's database refuses in errors, logs and attributes.
std::string storable(std::string_view bytes);

} // namespace forager::colonies
