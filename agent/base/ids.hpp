// Names for invocations that nobody else has.
#pragma once

#include <cstdint>
#include <string>

namespace forager {

/// 32 hexadecimal digits out of two random numbers.
std::string make_id(std::uint64_t high, std::uint64_t low);

} // namespace forager
