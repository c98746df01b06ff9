// A shield around toml++: its character tables have undefined behaviour for many characters between U+0080 and U+FEFF,
// even in correct text. They are moved to a private plane, one for one, before it sees them, and back afterwards.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace forager {

/// The offset of the first character that stands in the private plane itself, as a character or as an escape.
std::optional<std::size_t> unshieldable(std::string_view text);

/// The text, which must be UTF-8, for toml++. Lines and columns stay what they are.
std::string shielded(std::string_view text);

/// What the text was before.
std::string unshielded(std::string_view text);

} // namespace forager
