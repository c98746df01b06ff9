#include "io/formats/numbers.hpp"

#include "base/text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <system_error>

namespace forager {

namespace {

// An exponent out of range: strtod tells the very small, which are zero, from the very large.
std::optional<Value> rounded(const std::string& text)
{
    const double number = std::strtod(text.c_str(), nullptr);
    if (!std::isfinite(number))
        return std::nullopt;
    return Value{number};
}

} // namespace

std::optional<Value> number_from(const std::string& text)
{
    const char* const end = text.data() + text.size();
    std::int64_t integer = 0;
    const auto whole = std::from_chars(text.data(), end, integer);
    if (whole.ec == std::errc{} && whole.ptr == end)
        return Value{integer};
    double number = 0;
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ptr != end || read.ec == std::errc::invalid_argument)
        return std::nullopt;
    return read.ec == std::errc{} ? Value{number} : rounded(text);
}

std::string number_text(double number)
{
    std::array<char, 32> buffer{};
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    std::string text{buffer.data(), written.ptr};
    std::erase(text, '+');
    if (text.find_first_of(".e") == std::string::npos)
        text += ".0";
    return text;
}

std::size_t utf8_prefix(std::string_view text)
{
    if (is_utf8(text))
        return text.size();
    for (std::size_t start = 0;;) {
        std::size_t end = start + 1;
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
            ++end;
        if (!is_utf8(text.substr(start, end - start)))
            return start;
        start = end;
    }
}

} // namespace forager
