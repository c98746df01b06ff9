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

namespace {

// FNV-1a: stable for ever, which std::hash is not.
std::uint64_t mixed(std::uint64_t hash, std::string_view text)
{
    for (const char letter : text) {
        hash ^= static_cast<unsigned char>(letter);
        hash *= 0x100000001b3;
    }
    return hash * 0x9e3779b97f4a7c15 ^ hash >> 29;
}

} // namespace

std::string derived_id(std::string_view parent, std::string_view part)
{
    constexpr std::uint64_t basis = 0xcbf29ce484222325;
    return make_id(mixed(mixed(basis, parent), part), mixed(mixed(~basis, part), parent));
}

} // namespace forager
