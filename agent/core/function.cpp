#include "core/function.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace forager {

namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 7> type_names = {"string", "integer", "number", "boolean",
                                                        "list",   "table",   "any"};

bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool is_name_part(std::string_view part)
{
    return !part.empty() && std::ranges::all_of(part, is_name_character);
}

} // namespace

std::string_view name_of(Type type)
{
    return type_names[static_cast<std::size_t>(type)];
}

std::optional<Type> type_named(std::string_view name)
{
    const auto found = std::ranges::find(type_names, name);
    if (found == type_names.end())
        return std::nullopt;
    return static_cast<Type>(std::distance(type_names.begin(), found));
}

bool is_function_name(std::string_view name)
{
    return name.find('.') != std::string_view::npos && is_workflow_name(name);
}

bool is_workflow_name(std::string_view name)
{
    constexpr std::size_t longest_name = 200;
    return name.size() <= longest_name && std::ranges::all_of(split(name, '.'), is_name_part);
}

} // namespace forager
