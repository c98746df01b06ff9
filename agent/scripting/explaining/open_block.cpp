#include "scripting/explaining/open_block.hpp"

#include "scripting/analysis/walk/lexer.hpp"

#include <vector>

namespace forager::scripting {

namespace {

struct Opened {
    OpenBlock block;
    std::size_t indent;
};

bool opens(const Token& token)
{
    return token.is("function") || token.is("if") || token.is("do") || token.is("repeat");
}

bool closes(const Token& token)
{
    return token.is("end") || token.is("until");
}

std::size_t column_of(const Token& token, std::string_view source)
{
    const auto place = static_cast<std::size_t>(token.text.data() - source.data());
    const std::size_t newline = source.substr(0, place).rfind('\n');
    return newline == source.npos ? place : place - newline - 1;
}

} // namespace

std::optional<OpenBlock> open_block(std::string_view source)
{
    std::vector<Opened> blocks;
    std::size_t line = 0;
    std::size_t indent = 0;
    Lexer lexer{source};
    for (Token token = lexer.next(); token.kind != Token::Kind::end; token = lexer.next()) {
        const bool begins_line = token.line != line;
        if (begins_line)
            indent = column_of(token, source);
        line = token.line;
        if (opens(token))
            blocks.push_back({{token.text, line}, indent});
        if (!closes(token) || blocks.empty())
            continue;
        if (begins_line && indent < blocks.back().indent)
            return blocks.back().block;
        blocks.pop_back();
    }
    return std::nullopt;
}

} // namespace forager::scripting
