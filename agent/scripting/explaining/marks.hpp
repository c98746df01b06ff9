// Which part of a source a message is about: Lua tells lines, and messages quote what they mean. Pure.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace forager::scripting {

/// A part of a line; of length 0 where only the line is known.
struct Mark {
    std::size_t line = 1;
    std::size_t column = 0; ///< in bytes, from 0
    std::size_t length = 0;
};

/// The line without its end; lines count from 1. Empty where there is no such line.
std::string_view line_of(std::string_view source, std::size_t line);

/// What to show of the source for a message that is about this line: at most two parts, none for a line that is empty
/// or not there. What the message quotes may stand further down in the call that begins in the line.
std::vector<Mark> marks_of(std::string_view source, std::size_t line, std::string_view message);

} // namespace forager::scripting
