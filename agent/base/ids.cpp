#include "base/ids.hpp"

#include <cinttypes>
#include <cstdio>

namespace forager {

std::string make_id(std::uint64_t high, std::uint64_t low)
{
    char digits[33];
    std::snprintf(digits, sizeof digits, "%016" PRIx64 "%016" PRIx64, high, low);
    return digits;
}

} // namespace forager
