#include "io/formats/paths.hpp"

#include "io/formats/json.hpp"

#include <algorithm>

namespace forager {

namespace {

bool is_word_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

} // namespace

std::string name_step(std::string_view name)
{
    if (!name.empty() && std::ranges::all_of(name, is_word_character))
        return "." + std::string{name};
    return "[" + to_json(name) + "]";
}

std::string index_step(std::size_t index)
{
    return "[" + std::to_string(index + 1) + "]";
}

} // namespace forager
