#include "clients/colonies/numbers.hpp"

#include <cstddef>
#include <cstdint>

namespace forager::colonies {

namespace {

constexpr std::int64_t largest_whole = std::int64_t{1} << 53; // that a double holds, and all below it
constexpr std::size_t deepest = 100;

std::optional<std::string> look(const Value& value, const std::string& path, std::size_t depth)
{
    if (const auto* whole = value.get<std::int64_t>(); whole != nullptr)
        return *whole > largest_whole || *whole < -largest_whole ? std::optional{path + " is " + std::to_string(*whole)}
                                                                 : std::nullopt;
    if (depth == deepest)
        return std::nullopt; // JSON refuses it
    std::size_t index = 0;
    if (const auto* list = value.get<Array>())
        for (const Value& item : *list)
            if (auto found = look(item, path + "[" + std::to_string(++index) + "]", depth + 1))
                return found;
    if (const auto* table = value.get<Object>())
        for (const Member& member : *table)
            if (auto found = look(member.value, path + "." + member.name, depth + 1))
                return found;
    return std::nullopt;
}

} // namespace

std::optional<std::string> rounded_number(const Value& value, const std::string& path)
{
    return look(value, path, 0);
}

} // namespace forager::colonies
