// Numbers as JSON, YAML and TOML share them.
#pragma once

#include "core/value.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace forager {

/// Reads a decimal number as JSON writes it. Digits alone make an integer, and another number when they are beyond 64
/// bits. Nothing when it is no number, or too large even for those.
std::optional<Value> number_from(const std::string& text);

/// The shortest text that reads back as the same number and never looks like an integer: "1.0", "1e300". Only for
/// finite numbers.
std::string number_text(double number);

/// How many bytes from the start are well-formed UTF-8: all of them, or up to the first character that is not.
std::size_t utf8_prefix(std::string_view text);

} // namespace forager
