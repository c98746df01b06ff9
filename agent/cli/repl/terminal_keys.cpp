#include "cli/repl/terminal_keys.hpp"

#include <algorithm>
#include <array>

namespace forager::cli {

namespace {

constexpr char escape = '\x1b';
constexpr std::array<char, 3> prefixes = {'\x16', '\x18', escape}; // quote the next one, extended commands, sequences

unsigned byte_at(std::string_view bytes, std::size_t index)
{
    return static_cast<unsigned char>(bytes[index]);
}

std::size_t character_length(std::string_view bytes)
{
    const unsigned first = byte_at(bytes, 0);
    const std::size_t length = first >= 0xf8 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    for (std::size_t i = 1; i < length; ++i) {
        if (i == bytes.size())
            return 0;
        if ((byte_at(bytes, i) & 0xc0U) != 0x80)
            return 1;
    }
    return length;
}

// After "ESC [": parameters, and a letter that ends it.
std::size_t sequence_length(std::string_view bytes)
{
    const auto is_final = [](char c) { return c >= '@' && c <= '~'; };
    const auto end = std::find_if(bytes.begin() + 2, bytes.end(), is_final);
    return end == bytes.end() ? 0 : static_cast<std::size_t>(end - bytes.begin()) + 1;
}

} // namespace

std::size_t key_length(std::string_view bytes)
{
    if (std::ranges::find(prefixes, bytes[0]) == prefixes.end())
        return character_length(bytes);
    if (bytes.size() == 1)
        return 0;
    if (bytes[0] == escape && bytes[1] == '[')
        return sequence_length(bytes);
    if (bytes[0] == escape && bytes[1] == 'O')
        return bytes.size() < 3 ? 0 : 3;
    const std::size_t next = character_length(bytes.substr(1));
    return next == 0 ? 0 : next + 1;
}

bool is_for_editor(std::string_view key)
{
    constexpr std::array<std::string_view, 5> others = {std::string_view{"\0", 1}, "\x12", "\x13", "\x1bx", "\x1bX"};
    return std::ranges::find(others, key) == others.end();
}

wchar_t take_character(std::string_view& bytes)
{
    const std::size_t length = character_length(bytes);
    const unsigned first = byte_at(bytes, 0);
    if (length < 2) {
        bytes.remove_prefix(1);
        return static_cast<wchar_t>(first);
    }
    constexpr std::array<unsigned, 5> first_bits = {0, 0x7f, 0x1f, 0x0f, 0x07};
    unsigned code = first & first_bits[length];
    for (std::size_t i = 1; i < length; ++i)
        code = (code << 6U) | (byte_at(bytes, i) & 0x3fU);
    bytes.remove_prefix(length);
    return static_cast<wchar_t>(code);
}

} // namespace forager::cli
