// Where an input of a session ends, for who reads it line by line. Pure.
#pragma once

#include <string>

namespace forager::scripting {

/// Whether more lines must come before this is an expression or statements. What is wrong already is complete.
bool is_incomplete(const std::string& text);

} // namespace forager::scripting
