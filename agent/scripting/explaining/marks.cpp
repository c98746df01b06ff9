#include "scripting/explaining/marks.hpp"

#include "base/text.hpp"
#include "scripting/explaining/stop.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace forager::scripting {

namespace {

// Of a call whose options are looked through.
constexpr std::size_t most_lines = 200;

bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
}

// Whether it only says of what the rest is told: "func 'a.b': …".
bool is_subject(std::string_view message, std::size_t end)
{
    return message.substr(end + 1).starts_with(": ");
}

// What the message quotes, but for what it only proposes; subjects last. An apostrophe within a word is no quote.
std::vector<std::string_view> quoted_in(std::string_view message)
{
    message = message.substr(0, message.find(" (did you mean"));
    std::vector<std::string_view> words;
    std::vector<std::string_view> subjects;
    for (std::size_t begin = message.find('\''); begin != message.npos; begin = message.find('\'', begin + 1)) {
        const std::size_t end = message.find('\'', begin + 1);
        if (end == message.npos)
            break;
        if (begin > 0 && is_letter(message[begin - 1]))
            continue;
        (is_subject(message, end) ? subjects : words).push_back(message.substr(begin + 1, end - begin - 1));
        begin = end;
    }
    words.insert(words.end(), subjects.begin(), subjects.end());
    return words;
}

std::size_t start_of_line(std::string_view source, std::size_t line)
{
    std::size_t place = 0;
    for (; line > 1 && place < source.size(); --line)
        place = std::min(source.find('\n', place), source.size() - 1) + 1;
    return place;
}

Mark mark_at(std::string_view source, const Token& token)
{
    const auto place = static_cast<std::size_t>(token.text.data() - source.data());
    const std::size_t before = place == 0 ? source.npos : source.rfind('\n', place - 1);
    const std::size_t line_end = std::min(source.find('\n', place), source.size());
    return {token.line, place - (before == source.npos ? 0 : before + 1),
            std::min(token.text.size(), line_end - place)};
}

// The tokens of the line, and of the brackets that it opens.
std::vector<Token> tokens_from(std::string_view source, std::size_t line)
{
    std::vector<Token> tokens;
    Lexer lexer{source};
    int depth = 0;
    for (Token token = lexer.next(); token.kind != Token::Kind::end; token = lexer.next()) {
        if (token.line < line)
            continue;
        if (token.line > line && (depth <= 0 || token.line > line + most_lines))
            break;
        depth += token.is("(") || token.is("{") || token.is("[") ? 1 : 0;
        depth -= token.is(")") || token.is("}") || token.is("]") ? 1 : 0;
        tokens.push_back(std::move(token));
    }
    return tokens;
}

bool says(const Token& token, std::string_view word)
{
    return token.kind == Token::Kind::string ? token.value == word : token.text == word;
}

// In the line itself any such token is meant, below it a name that is set or a text.
const Token* find_word(const std::vector<Token>& tokens, std::size_t line, std::string_view word, bool only_text)
{
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const bool is_text = tokens[i].kind == Token::Kind::string;
        const bool is_set = i + 1 < tokens.size() && tokens[i + 1].is("=");
        const bool may_be = is_text || (!only_text && (tokens[i].line == line || is_set));
        if (may_be && says(tokens[i], word))
            return &tokens[i];
    }
    return nullptr;
}

// What is open, as Lua says it: "(to close '{' at line 3)".
std::optional<Mark> opened(std::string_view source, std::string_view message)
{
    constexpr std::string_view begin = "(to close '";
    constexpr std::string_view middle = "' at line ";
    const std::size_t place = message.find(begin);
    const std::size_t line_place = message.find(middle, place);
    if (place == message.npos || line_place == message.npos)
        return std::nullopt;
    const std::string_view word = message.substr(place + begin.size(), line_place - place - begin.size());
    const std::string_view digits = message.substr(line_place + middle.size());
    Mark mark{0};
    std::from_chars(digits.data(), digits.data() + digits.size(), mark.line);
    const auto tokens = tokens_from(source, mark.line);
    const Token* token = find_word(tokens, mark.line, word, false);
    return token == nullptr ? mark : mark_at(source, *token);
}

Mark best_of(std::string_view source, std::size_t line, std::string_view message)
{
    if (const auto stop = stop_of(source, line, message)) {
        const bool is_missing = message.starts_with("'then' expected") || message.starts_with("'do' expected");
        if (is_missing && stop->previous.line < stop->at.line) // it belongs behind what stands above
            return mark_at(source, stop->previous);
        return stop->at.kind == Token::Kind::end ? Mark{line} : mark_at(source, stop->at);
    }
    const auto tokens = tokens_from(source, line);
    const bool only_text = message.starts_with("there is no "); // function, module, program
    for (const std::string_view word : quoted_in(message))
        if (const Token* token = find_word(tokens, line, word, only_text))
            return mark_at(source, *token);
    return Mark{line};
}

} // namespace

std::string_view line_of(std::string_view source, std::size_t line)
{
    const std::size_t begin = start_of_line(source, line);
    return source.substr(begin, source.find('\n', begin) - begin);
}

std::vector<Mark> marks_of(std::string_view source, std::size_t line, std::string_view message)
{
    std::vector<Mark> marks;
    if (auto opening = opened(source, message))
        marks.push_back(*opening);
    const Mark best = best_of(source, line, message);
    if (marks.empty() || (best.length > 0 && best.line != marks.front().line))
        marks.push_back(best);
    std::erase_if(marks, [&](const Mark& mark) { return trimmed(line_of(source, mark.line)).empty(); });
    return marks;
}

} // namespace forager::scripting
