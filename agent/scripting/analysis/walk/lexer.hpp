// Lua 5.4 source as tokens, for the static pass of `forager check`. The source is known to be valid Lua; anything else
// gives some tokens and an end. Knows nothing of Lua's state; usable anywhere.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace forager::scripting {

struct Token {
    enum class Kind { end, name, keyword, symbol, number, string };

    Kind kind = Kind::end;
    std::string_view text; ///< as it stands in the source
    std::string value;     ///< what a string stands for, its escapes resolved
    std::size_t line = 1;  ///< where it begins

    /// Whether it is this keyword or symbol.
    bool is(std::string_view word) const { return (kind == Kind::keyword || kind == Kind::symbol) && text == word; }
};

class Lexer {
public:
    /// `source` must outlive it and its tokens. A first line that begins with '#' is skipped.
    explicit Lexer(std::string_view source);

    /// The next token; after the last one always the end.
    Token next();

private:
    void skip_space_and_comments();
    void skip_comment();
    std::size_t long_bracket_level() const;
    std::string_view long_bracket(std::size_t level);
    Token word();
    Token number();
    Token quoted();
    Token symbol();
    void escape(std::string& value);
    void decimal_escape(std::string& value);
    void hexadecimal_escape(std::string& value);
    void unicode_escape(std::string& value);
    void newline();
    Token token(Token::Kind kind, std::size_t length);
    char at(std::size_t offset = 0) const { return place_ + offset < source_.size() ? source_[place_ + offset] : '\0'; }
    bool at_end() const { return place_ >= source_.size(); }

    std::string_view source_;
    std::size_t place_ = 0;
    std::size_t line_ = 1;
};

} // namespace forager::scripting
