// Whether a value that stands in the source fits what an option or an argument takes.
#pragma once

#include "scripting/analysis/known.hpp"

#include <string>
#include <string_view>

namespace forager::scripting {

/// `types` is as in lua/forager/options.lua, joined by "|". What is not known for certain fits.
bool literal_fits(const Known& known, std::string_view types);

/// What it is, in the words of the library's own checks: "a string ('30x')".
std::string literal_text(const Known& known);

} // namespace forager::scripting
