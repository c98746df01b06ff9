// How deep dotted keys nest: toml++ bounds brackets alone, and a line of dots would end in a stack that is too small.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace forager {

/// The most dots in one key, those of the keys around it in inline tables included.
inline constexpr std::size_t most_key_dots = 200;

/// The offset of the dot that is one too many.
std::optional<std::size_t> too_deep_key(std::string_view text);

} // namespace forager
