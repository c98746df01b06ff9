#include "io/formats/yaml_scalars.hpp"

#include "io/formats/numbers.hpp"

#include <charconv>
#include <limits>
#include <optional>
#include <string_view>

namespace forager {

namespace {

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words)
{
    for (const std::string_view candidate : words)
        if (word == candidate)
            return true;
    return false;
}

std::size_t digits_at(std::string_view text, std::size_t start)
{
    const std::size_t end = text.find_first_not_of("0123456789", start);
    return (end == std::string_view::npos ? text.size() : end) - start;
}

// Digits with an optional fraction and exponent: "12", "1.", ".5", "1e3".
bool is_decimal(std::string_view text)
{
    const std::size_t whole = digits_at(text, 0);
    std::size_t end = whole;
    std::size_t fraction = 0;
    if (end < text.size() && text[end] == '.') {
        fraction = digits_at(text, end + 1);
        end += 1 + fraction;
    }
    if (whole + fraction == 0)
        return false;
    if (end == text.size())
        return true;
    if (text[end] != 'e' && text[end] != 'E')
        return false;
    ++end;
    if (end < text.size() && (text[end] == '+' || text[end] == '-'))
        ++end;
    const std::size_t exponent = digits_at(text, end);
    return exponent > 0 && end + exponent == text.size();
}

std::optional<Value> based(std::string_view digits, int base)
{
    std::int64_t number = 0;
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, number, base);
    if (digits.starts_with('-') || read.ec != std::errc{} || read.ptr != end)
        return std::nullopt;
    return Value{number};
}

std::optional<Value> number(std::string_view word)
{
    if (word.starts_with("0x"))
        return based(word.substr(2), 16);
    if (word.starts_with("0o"))
        return based(word.substr(2), 8);
    const bool negative = word.starts_with('-');
    const std::string_view digits = negative || word.starts_with('+') ? word.substr(1) : word;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (is_one_of(digits, {".inf", ".Inf", ".INF"}))
        return Value{negative ? -infinity : infinity};
    if (is_one_of(word, {".nan", ".NaN", ".NAN"}))
        return Value{std::numeric_limits<double>::quiet_NaN()};
    if (!is_decimal(digits))
        return std::nullopt;
    return number_from((negative ? "-" : "") + std::string{digits});
}

} // namespace

Value yaml_scalar(const std::string& word)
{
    if (is_one_of(word, {"", "~", "null", "Null", "NULL"}))
        return {};
    if (is_one_of(word, {"true", "True", "TRUE"}))
        return true;
    if (is_one_of(word, {"false", "False", "FALSE"}))
        return false;
    if (auto found = number(word))
        return *std::move(found);
    return word;
}

} // namespace forager
