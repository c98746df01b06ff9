#include "io/formats/age/bech32.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <vector>

namespace forager::age {

namespace {

constexpr std::string_view alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t checksum_length = 6;

using Digits = std::vector<std::uint8_t>; // of five bits each

std::uint32_t polymod(const Digits& digits)
{
    constexpr std::array<std::uint32_t, 5> generator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    std::uint32_t sum = 1;
    for (const std::uint8_t digit : digits) {
        const std::uint32_t top = sum >> 25U;
        sum = (sum & 0x1ffffffU) << 5U ^ digit;
        for (unsigned bit = 0; bit < generator.size(); ++bit)
            if ((top >> bit & 1U) != 0)
                sum ^= generator.at(bit);
    }
    return sum;
}

Digits expanded(std::string_view prefix)
{
    Digits digits;
    for (const char letter : prefix)
        digits.push_back(static_cast<std::uint8_t>(static_cast<unsigned char>(letter) >> 5U));
    digits.push_back(0);
    for (const char letter : prefix)
        digits.push_back(static_cast<std::uint8_t>(letter & 31));
    return digits;
}

// Bits in groups of one width as groups of another; what is left over at the end must be zero where it is not filled
// up.
template <class In, class Out> bool regroup(const In& in, unsigned from, unsigned to, bool fill, Out& out)
{
    std::uint32_t waiting = 0;
    unsigned bits = 0;
    for (const auto group : in) {
        waiting = waiting << from | (static_cast<std::uint32_t>(group) & ((1U << from) - 1));
        for (bits += from; bits >= to;) {
            bits -= to;
            out.push_back(static_cast<typename Out::value_type>(waiting >> bits & ((1U << to) - 1)));
        }
    }
    const std::uint32_t rest = waiting << (to - bits) & ((1U << to) - 1);
    if (fill && bits > 0)
        out.push_back(static_cast<typename Out::value_type>(rest));
    return fill || (bits < from && rest == 0);
}

} // namespace

std::string to_bech32(std::string_view prefix, std::string_view bytes)
{
    Digits data;
    (void)regroup(bytes, 8, 5, true, data);
    Digits all = expanded(prefix);
    all.insert(all.end(), data.begin(), data.end());
    all.insert(all.end(), checksum_length, 0);
    const std::uint32_t sum = polymod(all) ^ 1U;
    std::string text = std::string{prefix} + "1";
    for (const std::uint8_t digit : data)
        text += alphabet[digit];
    for (unsigned i = 0; i < checksum_length; ++i)
        text += alphabet[sum >> 5 * (5 - i) & 31U];
    return text;
}

std::optional<std::string> from_bech32(std::string_view prefix, std::string_view text)
{
    std::string lower{text};
    std::ranges::transform(lower, lower.begin(), [](unsigned char letter) { return std::tolower(letter); });
    const bool upper_case = std::ranges::none_of(text, [](unsigned char letter) { return std::islower(letter) != 0; });
    const std::string begin = std::string{prefix} + "1";
    if ((!upper_case && lower != text) || !lower.starts_with(begin) || lower.size() < begin.size() + checksum_length)
        return {};
    Digits data;
    for (const char letter : lower.substr(begin.size())) {
        const auto place = alphabet.find(letter);
        if (place == std::string_view::npos)
            return {};
        data.push_back(static_cast<std::uint8_t>(place));
    }
    Digits all = expanded(prefix);
    all.insert(all.end(), data.begin(), data.end());
    if (polymod(all) != 1)
        return {};
    data.resize(data.size() - checksum_length);
    std::string bytes;
    if (!regroup(data, 5, 8, false, bytes))
        return {};
    return bytes;
}

} // namespace forager::age
