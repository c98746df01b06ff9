#include "io/http/headers.hpp"

#include <algorithm>
#include <utility>

namespace forager::http {

namespace {

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_token_character(char c)
{
    const char l = lower(c);
    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

} // namespace

bool same_name(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

bool is_token(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, is_token_character);
}

bool is_header_value(std::string_view text)
{
    return std::ranges::all_of(
        text, [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f); });
}

std::string lower_case(std::string_view text)
{
    std::string result{text};
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

const std::string* Headers::find(std::string_view name) const
{
    const auto found = std::ranges::find_if(fields_, [&](const Header& field) { return same_name(field.name, name); });
    return found == fields_.end() ? nullptr : &found->value;
}

std::vector<std::string> Headers::all(std::string_view name) const
{
    std::vector<std::string> values;
    for (const Header& field : fields_)
        if (same_name(field.name, name))
            values.push_back(field.value);
    return values;
}

void Headers::add(std::string name, std::string value)
{
    fields_.push_back({std::move(name), std::move(value)});
}

void Headers::set(std::string name, std::string value)
{
    remove(name);
    add(std::move(name), std::move(value));
}

void Headers::remove(std::string_view name)
{
    std::erase_if(fields_, [&](const Header& field) { return same_name(field.name, name); });
}

} // namespace forager::http
