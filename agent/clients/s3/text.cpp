#include "clients/s3/text.hpp"

#include "io/url.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>

namespace forager::s3 {

namespace {

// What the pattern does not read may be the rest of another way to write it.
std::optional<WallTime> parse_time(std::string_view text, const char* pattern)
{
    std::tm parts{};
    if (::strptime(std::string{text}.c_str(), pattern, &parts) == nullptr)
        return std::nullopt;
    return WallTime{std::chrono::seconds{::timegm(&parts)}};
}

} // namespace

std::string encoded_key(std::string_view key)
{
    constexpr std::string_view slash = "%2F";
    std::string encoded = percent_encoded(key);
    for (std::size_t at = encoded.find(slash); at != std::string::npos; at = encoded.find(slash, at))
        encoded.replace(at, slash.size(), "/");
    return encoded;
}

std::string decoded(std::string_view text)
{
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned char byte = 0;
        const std::string_view digits = text[i] == '%' ? text.substr(i + 1, 2) : std::string_view{};
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
        if (digits.size() == 2 && read.ec == std::errc{} && read.ptr == digits.data() + 2) {
            result += static_cast<char>(byte);
            i += 2;
        } else {
            result += text[i];
        }
    }
    return result;
}

std::string canonical_query(const Pairs& query)
{
    Pairs sorted;
    for (const auto& [name, value] : query)
        sorted.emplace_back(percent_encoded(name), percent_encoded(value));
    std::ranges::sort(sorted);
    std::string text;
    for (const auto& [name, value] : sorted)
        text.append(text.empty() ? "" : "&").append(name).append("=").append(value);
    return text;
}

std::string basic_time(WallTime time)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    const auto moment = static_cast<std::time_t>(seconds);
    std::tm parts{};
    ::gmtime_r(&moment, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts)};
}

std::optional<WallTime> parse_http_time(std::string_view text)
{
    return parse_time(text, "%a, %d %b %Y %H:%M:%S GMT");
}

std::optional<WallTime> parse_iso_time(std::string_view text)
{
    return parse_time(text, "%Y-%m-%dT%H:%M:%S");
}

} // namespace forager::s3
