#include "io/formats/toml_shield.hpp"

#include <cstdint>

namespace forager {

namespace {

constexpr std::uint32_t private_plane = 0x100000;
constexpr std::uint32_t last_shielded = 0xFEFF;

std::size_t length_of(unsigned char lead)
{
    if (lead < 0xC0)
        return 1;
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

std::uint32_t code_point(std::string_view character)
{
    const auto lead = static_cast<unsigned char>(character.front());
    std::uint32_t point = character.size() == 1 ? lead : lead & (0x7FU >> character.size());
    for (const char byte : character.substr(1))
        point = point << 6 | (static_cast<unsigned char>(byte) & 0x3FU);
    return point;
}

void append(std::string& text, std::uint32_t point)
{
    const auto tail = [&](int shift) { return static_cast<char>(0x80 | (point >> shift & 0x3F)); };
    if (point < 0x800) {
        text += static_cast<char>(0xC0 | point >> 6);
    } else if (point < 0x10000) {
        text += static_cast<char>(0xE0 | point >> 12);
        text += tail(6);
    } else {
        text += static_cast<char>(0xF0 | point >> 18);
        text += tail(12);
        text += tail(6);
    }
    text += tail(0);
}

// Moves each character beyond ASCII whose code point `moved` changes.
template <class Moved> std::string translated(std::string_view text, Moved moved)
{
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const std::string_view character = text.substr(0, length_of(static_cast<unsigned char>(text.front())));
        if (character.size() == 1)
            result += character;
        else
            append(result, moved(code_point(character)));
        text.remove_prefix(character.size());
    }
    return result;
}

} // namespace

std::optional<std::size_t> unshieldable(std::string_view text)
{
    // U+100000 and above begin with these bytes.
    const std::size_t found = std::min(text.find("\xF4"), text.find("\\U0010"));
    return found == std::string_view::npos ? std::nullopt : std::optional{found};
}

std::string shielded(std::string_view text)
{
    return translated(text, [](std::uint32_t point) { return point <= last_shielded ? point + private_plane : point; });
}

std::string unshielded(std::string_view text)
{
    return translated(text, [](std::uint32_t point) { return point >= private_plane ? point - private_plane : point; });
}

} // namespace forager
