// Keys as a terminal sends them. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace forager::cli {

/// How many of these bytes, which are not empty, are the first key: a character, or a sequence as that of an arrow; 0
/// when it is not complete yet.
std::size_t key_length(std::string_view bytes);

/// The character that these bytes are in UTF-8; what is none is taken byte by byte.
wchar_t take_character(std::string_view& bytes);

} // namespace forager::cli
