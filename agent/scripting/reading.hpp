// How far a text is Lua, for who reads inputs line by line and for who explains why one is none. Pure.
#pragma once

#include <string>

namespace forager::scripting {

enum class Fit {
    whole, ///< Lua accepts it
    cut,   ///< more may follow that makes it whole
    wrong  ///< whatever follows
};

/// Whether this is a sequence of statements.
Fit fit_of(const std::string& text);

/// Whether more lines must come before this is an expression or statements. What is wrong already is complete.
bool is_incomplete(const std::string& text);

} // namespace forager::scripting
