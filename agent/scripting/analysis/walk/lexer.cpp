#include "scripting/analysis/walk/lexer.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace forager::scripting {

namespace {

constexpr std::size_t no_bracket = static_cast<std::size_t>(-1);

constexpr std::array<std::string_view, 22> keywords = {
    "and", "break", "do",  "else", "elseif", "end",    "false",  "for",  "function", "goto",  "if",
    "in",  "local", "nil", "not",  "or",     "repeat", "return", "then", "true",     "until", "while"};

// Longest first.
constexpr std::array<std::string_view, 11> long_symbols = {
    "...", "..", "==", "~=", "<=", ">=", "//", "::", "<<", ">>", ""};

// Lua's own classes, whatever the locale.
bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool starts_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

int hexadecimal(char c)
{
    if (is_digit(c))
        return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_newline(char c)
{
    return c == '\n' || c == '\r';
}

// UTF-8 as Lua writes it: up to 2^31, six bytes.
void append_utf8(std::string& text, std::uint32_t code)
{
    if (code < 0x80) {
        text += static_cast<char>(code);
        return;
    }
    std::string tail;
    std::uint32_t first_limit = 0x3f;
    do {
        tail += static_cast<char>(0x80 | (code & 0x3f));
        code >>= 6;
        first_limit >>= 1;
    } while (code > first_limit);
    text += static_cast<char>((~first_limit << 1) | code);
    text.append(tail.rbegin(), tail.rend());
}

// Every kind of line end is one '\n' in a string.
std::string with_plain_newlines(std::string_view text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        plain += is_newline(text[i]) ? '\n' : text[i];
        if (i + 1 < text.size() && is_newline(text[i]) && is_newline(text[i + 1]) && text[i] != text[i + 1])
            ++i;
    }
    return plain;
}

} // namespace

Lexer::Lexer(std::string_view source) : source_{source}
{
    if (source_.starts_with('#'))
        place_ = std::min(source_.find('\n'), source_.size());
}

Token Lexer::next()
{
    skip_space_and_comments();
    if (at_end())
        return token(Token::Kind::end, 0);
    if (starts_name(at()))
        return word();
    if (is_digit(at()) || (at() == '.' && is_digit(at(1))))
        return number();
    if (at() == '"' || at() == '\'')
        return quoted();
    if (const std::size_t level = long_bracket_level(); level != no_bracket) {
        Token found{Token::Kind::string, {}, {}, line_};
        const std::size_t begin = place_;
        found.value = with_plain_newlines(long_bracket(level));
        found.text = source_.substr(begin, place_ - begin);
        return found;
    }
    return symbol();
}

void Lexer::skip_space_and_comments()
{
    while (!at_end()) {
        if (is_newline(at()))
            newline();
        else if (is_space(at()))
            ++place_;
        else if (at() == '-' && at(1) == '-')
            skip_comment();
        else
            return;
    }
}

void Lexer::skip_comment()
{
    place_ += 2;
    if (const std::size_t level = long_bracket_level(); level != no_bracket) {
        long_bracket(level);
        return;
    }
    while (!at_end() && !is_newline(at()))
        ++place_;
}

// How many '=' the long bracket that opens here has, if one does.
std::size_t Lexer::long_bracket_level() const
{
    if (at() != '[')
        return no_bracket;
    std::size_t level = 0;
    while (at(1 + level) == '=')
        ++level;
    return at(1 + level) == '[' ? level : no_bracket;
}

// Passes it, and gives what is in it.
std::string_view Lexer::long_bracket(std::size_t level)
{
    place_ += level + 2;
    if (is_newline(at()))
        newline();
    const std::string close = "]" + std::string(level, '=') + "]";
    const std::size_t end = std::min(source_.find(close, place_), source_.size());
    const std::string_view content = source_.substr(place_, end - place_);
    while (place_ < end)
        is_newline(at()) ? newline() : void(++place_);
    place_ = std::min(end + close.size(), source_.size());
    return content;
}

Token Lexer::word()
{
    std::size_t length = 1;
    while (starts_name(at(length)) || is_digit(at(length)))
        ++length;
    const bool reserved = std::ranges::find(keywords, source_.substr(place_, length)) != keywords.end();
    return token(reserved ? Token::Kind::keyword : Token::Kind::name, length);
}

// As Lua reads them: everything that may belong to a number, and a sign after an exponent's letter.
Token Lexer::number()
{
    const bool hex = at() == '0' && (at(1) | 0x20) == 'x';
    const char exponent = hex ? 'p' : 'e';
    std::size_t length = hex ? 2 : 1;
    while (true) {
        if ((at(length) | 0x20) == exponent && (at(length + 1) == '+' || at(length + 1) == '-'))
            length += 2;
        else if (at(length) == '.' || is_digit(at(length)) || starts_name(at(length)))
            ++length;
        else
            return token(Token::Kind::number, length);
    }
}

Token Lexer::quoted()
{
    Token found{Token::Kind::string, {}, {}, line_};
    const std::size_t begin = place_;
    const char quote = source_[place_++];
    while (!at_end() && at() != quote) {
        if (at() == '\\')
            escape(found.value);
        else
            found.value += source_[place_++];
    }
    place_ = std::min(place_ + 1, source_.size());
    found.text = source_.substr(begin, place_ - begin);
    return found;
}

void Lexer::escape(std::string& value)
{
    constexpr std::string_view letters = "abfnrtv";
    constexpr std::string_view meanings = "\a\b\f\n\r\t\v";
    ++place_;
    const char kind = at();
    if (is_digit(kind)) {
        decimal_escape(value);
    } else if (kind == 'x') {
        hexadecimal_escape(value);
    } else if (kind == 'u') {
        unicode_escape(value);
    } else if (is_newline(kind)) {
        newline();
        value += '\n';
    } else if (kind == 'z') {
        ++place_;
        while (!at_end() && is_space(at()))
            is_newline(at()) ? newline() : void(++place_);
    } else if (!at_end()) {
        const std::size_t letter = letters.find(kind);
        value += letter == letters.npos ? kind : meanings[letter];
        ++place_;
    }
}

void Lexer::decimal_escape(std::string& value)
{
    int code = 0;
    for (int digits = 0; digits < 3 && is_digit(at()); ++digits)
        code = code * 10 + (source_[place_++] - '0');
    value += static_cast<char>(code);
}

void Lexer::hexadecimal_escape(std::string& value)
{
    ++place_;
    int code = 0;
    for (int digits = 0; digits < 2 && hexadecimal(at()) >= 0; ++digits)
        code = code * 16 + hexadecimal(source_[place_++]);
    value += static_cast<char>(code);
}

void Lexer::unicode_escape(std::string& value)
{
    place_ += 2;
    std::uint32_t code = 0;
    while (hexadecimal(at()) >= 0)
        code = code * 16 + static_cast<std::uint32_t>(hexadecimal(source_[place_++]));
    place_ = std::min(place_ + 1, source_.size());
    append_utf8(value, code & 0x7fffffff);
}

// Two different characters in a row are one end of a line.
void Lexer::newline()
{
    const bool pair = is_newline(at(1)) && at(1) != at();
    place_ += pair ? 2 : 1;
    ++line_;
}

Token Lexer::symbol()
{
    const auto here = source_.substr(place_);
    const auto* found = std::ranges::find_if(long_symbols, [&](std::string_view one) { return here.starts_with(one); });
    return token(Token::Kind::symbol, std::max<std::size_t>(1, found->size()));
}

Token Lexer::token(Token::Kind kind, std::size_t length)
{
    Token found{kind, source_.substr(place_, length), {}, line_};
    place_ += length;
    return found;
}

} // namespace forager::scripting
