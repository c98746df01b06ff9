// Lines and columns of a text, as the messages of all formats show them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace forager {

/// Both counted from 1; columns are characters, not bytes.
struct Place {
    std::size_t line = 0;
    std::size_t column = 0;
    bool operator==(const Place&) const = default;
};

/// What is wrong with a text, and where.
struct Mistake {
    Place place;     ///< nothing, with line 0: of the text as a whole
    std::string why; ///< a sentence
};

/// The place of the byte at `offset`; the end of the text when it is beyond.
inline Place place_at(std::string_view text, std::size_t offset)
{
    Place place{1, 1};
    for (const char byte : text.substr(0, offset)) {
        const bool continues = (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
        place.column = byte == '\n' ? 1 : place.column + (continues ? 0 : 1);
        place.line += byte == '\n' ? 1 : 0;
    }
    return place;
}

inline std::string to_text(Place place)
{
    return "line " + std::to_string(place.line) + ", column " + std::to_string(place.column);
}

/// The text without the mark that some editors put before UTF-8.
inline std::string_view without_bom(std::string_view text)
{
    constexpr std::string_view bom = "\xEF\xBB\xBF";
    return text.starts_with(bom) ? text.substr(bom.size()) : text;
}

} // namespace forager
