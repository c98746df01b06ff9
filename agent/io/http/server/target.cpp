#include "io/http/server/target.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>

namespace forager::http {

namespace {

std::optional<char> decoded_byte(std::string_view digits)
{
    unsigned value = 0;
    const char* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value, 16);
    if (digits.size() != 2 || read.ptr != end || value == 0)
        return std::nullopt;
    return static_cast<char>(value);
}

std::optional<std::string> decoded(std::string_view text)
{
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            result += text[i];
            continue;
        }
        const auto byte = decoded_byte(text.substr(i + 1, 2));
        if (!byte)
            return std::nullopt;
        result += *byte;
        i += 2;
    }
    return is_utf8(result) ? std::optional{std::move(result)} : std::nullopt;
}

std::optional<std::string> decoded_parameter(std::string_view text)
{
    std::string spaced{text};
    std::ranges::replace(spaced, '+', ' ');
    return decoded(spaced);
}

bool read_path(std::string_view text, Target& target)
{
    for (const std::string_view part : split(text.substr(1), '/')) {
        auto segment = decoded(part);
        if (!segment)
            return false;
        target.path += "/" + *segment;
        target.segments.push_back(std::move(*segment));
    }
    return true;
}

bool read_query(std::string_view text, Target& target)
{
    for (const std::string_view part : split(text, '&')) {
        if (part.empty())
            continue;
        const std::size_t equals = std::min(part.find('='), part.size());
        auto name = decoded_parameter(part.substr(0, equals));
        auto value = decoded_parameter(part.substr(std::min(equals + 1, part.size())));
        if (!name || !value)
            return false;
        target.query.emplace_back(std::move(*name), std::move(*value));
    }
    return true;
}

// What a client says to a proxy names the host again.
std::string_view without_origin(std::string_view text)
{
    if (text.starts_with('/') || !text.starts_with("http"))
        return text;
    const std::size_t scheme = text.find("://");
    if (scheme != 4 && scheme != 5)
        return text;
    const std::size_t path = text.find_first_of("/?", scheme + 3);
    return path == std::string_view::npos ? "/" : text.substr(path);
}

} // namespace

std::optional<Target> parse_target(std::string_view text)
{
    if (text == "*")
        return Target{"*", {}, {}};
    text = without_origin(text);
    if (!text.starts_with('/') || text.find('#') != std::string_view::npos)
        return std::nullopt;
    const std::size_t question = std::min(text.find('?'), text.size());
    Target target;
    if (!read_path(text.substr(0, question), target))
        return std::nullopt;
    if (!read_query(text.substr(std::min(question + 1, text.size())), target))
        return std::nullopt;
    return target;
}

} // namespace forager::http
