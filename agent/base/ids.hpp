// Names for invocations that nobody else has.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace forager {

/// 32 hexadecimal digits out of two random numbers.
std::string make_id(std::uint64_t high, std::uint64_t low);

/// The id of a part of what `parent` names: the same for the same names, in every run of the program.
std::string derived_id(std::string_view parent, std::string_view part);

} // namespace forager
