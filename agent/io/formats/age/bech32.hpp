// Bech32 (BIP 173), as keys of age are written in it: a readable prefix, then 32 bytes with a checksum. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace forager::age {

/// Lower case; `prefix`, too.
std::string to_bech32(std::string_view prefix, std::string_view bytes);

/// The bytes behind this prefix; all in lower or all in upper case. Nothing when a character was mistyped.
std::optional<std::string> from_bech32(std::string_view prefix, std::string_view text);

} // namespace forager::age
