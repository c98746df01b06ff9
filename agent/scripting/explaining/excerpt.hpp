// The line of source that a failure is about, with a mark under what is meant, as compilers show it:
//
//   7 | sh("make", { tiemout = "5m" })
//     |              ^^^^^^^
#pragma once

#include "core/failure.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace forager::scripting {

/// Of the .lua file that `where` names; empty where there is none, or not such a line. Reads the file. Other files may
/// hold secrets.
std::string excerpt_of(const Failure& failure);

/// Of a source whose first line has the number `first`. Lines, each ended; empty where it has no such line.
std::string excerpt_in(std::string_view source, std::size_t first, const Failure& failure);

} // namespace forager::scripting
