// Keys as a terminal sends them. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace forager::cli {

/// How many of these bytes, which are not empty, are the first key: a character, or a sequence as that of an arrow; 0
/// when it is not complete yet.
std::size_t key_length(std::string_view bytes);

/// Whether the editor can make something of the key: NUL ends its input, and a search or a command would ask for more
/// keys.
bool is_for_editor(std::string_view key);

/// The character that these bytes are in UTF-8; what is none is taken byte by byte.
wchar_t take_character(std::string_view& bytes);

} // namespace forager::cli
