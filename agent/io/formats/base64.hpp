// Base64 (RFC 4648, the standard alphabet with padding) and hexadecimal digits, both ways.
#pragma once

#include "core/failure.hpp"

#include <string>
#include <string_view>

namespace forager {

/// One line, padded.
std::string to_base64(std::string_view bytes);

/// Blanks and line breaks between the characters are skipped; anything else that does not belong, a missing end and
/// stray bits in the last character are refused.
Result<std::string> from_base64(std::string_view text);

/// Two lower-case digits for each byte.
std::string to_hex(std::string_view bytes);

/// Digits in either case, two for each byte, nothing between them.
Result<std::string> from_hex(std::string_view text);

} // namespace forager
