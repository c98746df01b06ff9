#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace forager {

namespace {

// How many continuation bytes follow, or -1 where the byte cannot lead.
int continuation_bytes(unsigned char lead)
{
    if (lead < 0x80)
        return 0;
    if (lead >= 0xC2 && lead < 0xE0)
        return 1;
    if (lead >= 0xE0 && lead < 0xF0)
        return 2;
    return lead >= 0xF0 && lead < 0xF5 ? 3 : -1;
}

// The second byte has a narrower range after some leads: overlong forms, surrogates, beyond U+10FFFF.
bool second_byte_fits(unsigned char lead, unsigned char second)
{
    switch (lead) {
    case 0xE0: return second >= 0xA0;
    case 0xED: return second < 0xA0;
    case 0xF0: return second >= 0x90;
    case 0xF4: return second < 0x90;
    default: return true;
    }
}

bool is_continuation(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            // Two letters swapped are one mistake: "tiemout".
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

} // namespace

bool is_utf8(std::string_view bytes)
{
    for (std::size_t i = 0; i < bytes.size();) {
        const auto lead = static_cast<unsigned char>(bytes[i]);
        const int more = continuation_bytes(lead);
        if (more < 0 || bytes.size() - i <= static_cast<std::size_t>(more))
            return false;
        for (int k = 1; k <= more; ++k)
            if (!is_continuation(bytes[i + static_cast<std::size_t>(k)]))
                return false;
        if (more > 0 && !second_byte_fits(lead, static_cast<unsigned char>(bytes[i + 1])))
            return false;
        i += static_cast<std::size_t>(more) + 1;
    }
    return true;
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates)
{
    constexpr std::size_t longest_word = 64;
    if (word.size() > longest_word)
        return std::nullopt;
    std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
    std::optional<std::string> found;
    for (const std::string& candidate : candidates) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best) {
            best = distance;
            found = candidate;
        }
    }
    return found;
}

std::string listed(std::span<const std::string> words)
{
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0)
            text += i + 1 == words.size() ? " and " : ", ";
        text += words[i];
    }
    return text;
}

std::string tail(std::string_view text, std::size_t bytes)
{
    if (text.size() <= bytes)
        return std::string{text};
    std::string_view end = text.substr(text.size() - bytes);
    const std::size_t line = end.find('\n');
    if (line != std::string_view::npos && line + 1 < end.size())
        end.remove_prefix(line + 1);
    while (!end.empty() && is_continuation(end.front()))
        end.remove_prefix(1);
    return "… " + std::string{end};
}

std::string printable(std::string_view text)
{
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto code = static_cast<unsigned char>(text[i]);
        const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : '\0');
        const bool high_control = code == 0xC2 && next >= 0x80 && next < 0xA0; // U+0080 to U+009F
        const bool control = (code < 0x20 && code != '\n' && code != '\t') || code == 0x7F || high_control;
        result += control ? '?' : text[i];
        i += high_control ? 1 : 0;
    }
    return result;
}

// Where it does not fit, the last star takes one character more.
bool matches_pattern(std::string_view pattern, std::string_view text)
{
    std::size_t at = 0;
    std::size_t star = pattern.npos;
    std::size_t after_star = 0; // in the text, what the last star has not taken
    for (std::size_t i = 0; i < text.size();) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            after_star = i;
        } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == text[i])) {
            ++at;
            ++i;
        } else if (star != pattern.npos) {
            at = star + 1;
            i = ++after_star;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == pattern.npos;
}

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

std::string bytes_text(std::size_t bytes)
{
    constexpr std::array units = {"B", "KB", "MB", "GB", "TB"};
    auto amount = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (amount >= 1024 && unit + 1 < units.size()) {
        amount /= 1024;
        ++unit;
    }
    char buffer[32];
    const bool whole = amount == static_cast<double>(static_cast<std::uint64_t>(amount));
    const int length = std::snprintf(buffer, sizeof buffer, whole ? "%.0f %s" : "%.1f %s", amount, units[unit]);
    return {buffer, static_cast<std::size_t>(length)};
}

} // namespace forager
