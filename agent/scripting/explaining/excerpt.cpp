#include "scripting/explaining/excerpt.hpp"

#include "scripting/explaining/marks.hpp"
#include "scripting/module_file.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace forager::scripting {

namespace {

constexpr std::size_t widest = 100; // of a line, in characters
constexpr std::size_t before_mark = 40;

bool begins_character(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
}

std::size_t width_of(std::string_view text)
{
    return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

// The bytes of the first so many characters.
std::size_t bytes_of(std::string_view text, std::size_t characters)
{
    std::size_t place = 0;
    while (place < text.size() && (characters > 0 || !begins_character(text[place])))
        characters -= begins_character(text[place++]) ? 1 : 0;
    return place;
}

// A line as it is shown, and its mark: what is far away from that is left out.
struct Shown {
    std::string before; // the mark
    std::string marked;
    std::string after;
};

Shown shorten(Shown line)
{
    if (width_of(line.before) + width_of(line.marked) + width_of(line.after) <= widest)
        return line;
    if (const std::size_t width = width_of(line.before); !line.marked.empty() && width > before_mark)
        line.before = "…" + line.before.substr(bytes_of(line.before, width - before_mark));
    std::size_t room = widest;
    for (std::string* part : {&line.before, &line.marked, &line.after}) {
        if (width_of(*part) > room)
            *part = part->substr(0, bytes_of(*part, room)) + "…";
        room -= std::min(room, width_of(*part));
    }
    return line;
}

// So that the mark stands where it is meant to.
std::string without_tabs(std::string_view text)
{
    std::string plain;
    for (const char byte : text)
        plain += byte == '\t' ? std::string(4, ' ') : byte == '\r' ? std::string{} : std::string(1, byte);
    return plain;
}

std::string told(std::string_view source, std::size_t first, const Mark& mark)
{
    const std::string_view line = line_of(source, mark.line);
    const std::size_t begin = std::min(mark.column, line.size());
    const std::size_t length = std::min(mark.length, line.size() - begin);
    const Shown shown = shorten({without_tabs(line.substr(0, begin)), without_tabs(line.substr(begin, length)),
                                 without_tabs(line.substr(begin + length))});
    const std::string number = std::to_string(mark.line + first - 1);
    std::string text = "  " + number + " | " + shown.before + shown.marked + shown.after + "\n";
    if (const std::size_t width = width_of(shown.marked); width > 0)
        text += "  " + std::string(number.size(), ' ') + " | " + std::string(width_of(shown.before), ' ') +
                std::string(width, '^') + "\n";
    return text;
}

// The file and the line of "FILE:LINE".
std::pair<std::string, std::size_t> place_in(const std::string& where)
{
    const std::size_t colon = std::min(where.rfind(':'), where.size());
    const char* const begin = where.data() + std::min(colon + 1, where.size());
    const char* const end = where.data() + where.size();
    std::size_t line = 0;
    if (std::from_chars(begin, end, line).ptr != end)
        line = 0;
    return {where.substr(0, colon), line};
}

} // namespace

std::string excerpt_in(std::string_view source, std::size_t first, const Failure& failure)
{
    const std::size_t line = place_in(failure.where).second;
    if (line < first)
        return {};
    std::string text;
    for (const Mark& mark : marks_of(source, line - first + 1, failure.message))
        text += told(source, first, mark);
    return text;
}

std::string excerpt_of(const Failure& failure)
{
    const auto [path, line] = place_in(failure.where);
    if (line == 0 || !path.ends_with(".lua"))
        return {};
    const auto source = read_script(path);
    return source ? excerpt_in(*source, 1, failure) : std::string{};
}

} // namespace forager::scripting
