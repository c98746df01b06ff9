// Amounts of bytes as people write them in a configuration: "64KB", "1.5GB"; units are powers of 1024.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace forager {

/// Reads a number with a unit (`B`, `KB`, `MB`, `GB`, `TB`, with or without a space before it), or a number of bytes
/// alone. Nothing when it is unreadable, negative, no whole number of bytes, or beyond 2^53.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// The shortest form that reads back as the same amount: "192MB", "1000B".
std::string size_text(std::uint64_t bytes);

} // namespace forager
