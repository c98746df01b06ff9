// Paths into a value, as messages show them: `result.list[2]["a b"]`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace forager {

/// ".name", or `["any text"]` where the name is no plain word.
std::string name_step(std::string_view name);

/// "[1]" for the first item: scripts count from 1.
std::string index_step(std::size_t index);

} // namespace forager
