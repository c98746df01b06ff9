#include "primitives/files/pattern.hpp"

#include "base/text.hpp"

#include <cstddef>

namespace forager {

namespace {

std::string_view first_character(std::string_view text)
{
    for (std::size_t length = 1; length <= 4 && length <= text.size(); ++length)
        if (is_utf8(text.substr(0, length)))
            return text.substr(0, length);
    return text.substr(0, 1);
}

// The character that the pattern names next, taken off it; a backslash before it does not count.
std::string_view take_literal(std::string_view& pattern)
{
    if (pattern.size() > 1 && pattern.front() == '\\')
        pattern.remove_prefix(1);
    const std::string_view character = first_character(pattern);
    pattern.remove_prefix(character.size());
    return character;
}

// UTF-8 sorts as its characters do, so that ranges can be compared as text once the lengths are compared.
bool in_range(std::string_view character, std::string_view first, std::string_view last)
{
    const auto at_most = [](std::string_view a, std::string_view b) {
        return a.size() != b.size() ? a.size() < b.size() : a <= b;
    };
    return at_most(first, character) && at_most(character, last);
}

// Past the `]`; npos when the bracket is never closed, and then it means itself.
std::size_t bracket_end(std::string_view pattern)
{
    const std::size_t first = pattern.size() > 1 && pattern[1] == '!' ? 2 : 1;
    for (std::size_t i = first; i < pattern.size(); ++i) {
        // As the first one of the set it means itself.
        if (pattern[i] == ']' && i != first)
            return i + 1;
        if (pattern[i] == '\\')
            ++i;
    }
    return std::string_view::npos;
}

bool in_bracket(std::string_view set, std::string_view character)
{
    const bool inverted = set.starts_with('!');
    if (inverted)
        set.remove_prefix(1);
    bool found = false;
    while (!set.empty()) {
        const std::string_view first = take_literal(set);
        std::string_view last = first;
        if (set.size() > 1 && set.front() == '-') {
            set.remove_prefix(1);
            last = take_literal(set);
        }
        found = found || in_range(character, first, last);
    }
    return found != inverted;
}

// Takes one step of pattern and name where they agree.
bool step(std::string_view& pattern, std::string_view& name)
{
    if (pattern.empty() || name.empty())
        return false;
    const std::string_view character = first_character(name);
    bool fits = false;
    if (pattern.front() == '?') {
        fits = true;
        pattern.remove_prefix(1);
    } else if (const std::size_t end = pattern.front() == '[' ? bracket_end(pattern) : std::string_view::npos;
               end != std::string_view::npos) {
        fits = in_bracket(pattern.substr(1, end - 2), character);
        pattern.remove_prefix(end);
    } else {
        fits = take_literal(pattern) == character;
    }
    name.remove_prefix(character.size());
    return fits;
}

} // namespace

bool is_pattern(std::string_view text)
{
    return text.find_first_of("*?[\\") != std::string_view::npos;
}

bool matches(std::string_view pattern, std::string_view name)
{
    if (name.starts_with('.') && !pattern.starts_with('.'))
        return false;
    std::string_view star_pattern; // after the last star, and the name from where it may match next
    std::string_view star_name;
    bool has_star = false;
    while (!name.empty() || !pattern.empty()) {
        if (pattern.starts_with('*')) {
            pattern.remove_prefix(1);
            star_pattern = pattern;
            star_name = name;
            has_star = true;
            continue;
        }
        if (step(pattern, name))
            continue;
        // Only the last star needs another try: what the earlier ones took can stay.
        if (!has_star || star_name.empty())
            return false;
        star_name.remove_prefix(first_character(star_name).size());
        pattern = star_pattern;
        name = star_name;
    }
    return true;
}

} // namespace forager
