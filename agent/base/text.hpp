// Small questions about text that several folders ask.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace forager {

/// Whether the bytes are well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view bytes);

/// The candidate that `word` was probably meant to be, for "did you mean"; nothing when none is near.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

/// The candidates in one readable list: "a, b and c".
std::string listed(std::span<const std::string> words);

/// The last `bytes` of `text`, begun at a line or a character where that is possible, marked where it was cut.
std::string tail(std::string_view text, std::size_t bytes);

/// The text without what would move a terminal's cursor, colour it or name its window: '?' stands for each control
/// character but line feeds and tabs.
std::string printable(std::string_view text);

/// Whether the whole text fits a pattern, in which `*` stands for any characters, also none, and `?` for one byte.
bool matches_pattern(std::string_view pattern, std::string_view text);

std::string_view trimmed(std::string_view text);

std::vector<std::string_view> split(std::string_view text, char separator);

/// "12 B", "3.4 KB", "192 MB": powers of 1024.
std::string bytes_text(std::size_t bytes);

} // namespace forager
