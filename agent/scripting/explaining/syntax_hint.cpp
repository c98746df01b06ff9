#include "scripting/explaining/syntax_hint.hpp"

#include "base/text.hpp"
#include "scripting/explaining/open_block.hpp"
#include "scripting/explaining/stop.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

namespace forager::scripting {

namespace {

// Of a pattern, each word is a token's text or a kind of tokens in angle brackets; an empty pattern fits all.
struct Rule {
    std::string_view message; // what Lua says begins so
    std::string_view previous;
    std::string_view at;
    std::string_view next;
    std::string_view hint;
};

constexpr std::string_view no_braces = "a block has no braces: it begins with 'then', 'do' or the function's "
                                       "parentheses, and ends with 'end'";
constexpr std::string_view one_argument = "a call without parentheses takes one value: write f(a, b), f(a .. b)";
constexpr std::string_view remark = "a comment begins with --";
constexpr std::string_view lua_word = R"(it is a word of Lua: as a field it is written ["end"])";

// The first that fits says it.
constexpr Rule rules[] = {
    {"", "", "!", "=", "not equal is written ~="},
    {"", "", "!", "", "it is negated with 'not', as in: not done"},
    {"", "==", "=", "", "equal is written =="},
    {"", "<", ">", "", "not equal is written ~="},
    {"", "", "=", ">", "a function is written function(x) … end; greater or equal is >="},
    {"unexpected symbol", "(", ")", "=", "a function is written function(x) … end"},
    {"", "&", "&", "", "it is written 'and'"},
    {"", "|", "|", "", "it is written 'or'"},
    {"", "", "+ - * / % .. // ^", "=", "there is no such assignment: write it out, as in n = n + 1"},
    {"", "<name>", "+", "+", "there is no ++: write it out, as in n = n + 1"},
    {"", "continue", "", "", "there is no 'continue': put the rest into an 'if', or use goto"},
    {"", "elif elsif", "", "", "it is written 'elseif'"},
    {"", "def fn func", "", "", "a function is written: local function f(x) … end"},
    {"", "var let const int string", "<name>", "", "a variable is made by: local x = 1"},
    {"", "import from include using", "", "", "a module is had by: local m = require \"m\""},
    {"", "throw raise", "", "", "an error is raised by: error(\"…\")"},
    {"", "except catch finally", "", "", "errors are caught by: local ok, problem = pcall(f)"},
    {"", "await async yield", "", "", "what waits is simply called: there is no await"},
    {"", "new class", "", "", "there are no classes: call the function that makes it"},
    {"", "switch case", "", "", "it is written: if … then … elseif … else … end"},
    {"<name> expected", "for", "(", "", "a loop is written: for i = 1, 10 do … end"},
    {"'=' or 'in' expected", "", "", "", "a loop is written: for i = 1, 10 do, or for i, x in ipairs(list) do"},
    {"'then' expected", "", "=", "", "equal is written =="},
    {"'do' expected", "", "=", "", "equal is written =="},
    {"')' expected", "<name>", "=", "", "equal is written ==; arguments by name are a table: f { a = 1 }"},
    {"'then' expected", "}", "", "", no_braces},
    {"'do' expected", "}", "", "", no_braces},
    {"'then' expected", "", "{", "", no_braces},
    {"'do' expected", "", "{", "", no_braces},
    {"unexpected symbol", ") else", "{", "", no_braces},
    {"'then' expected", "", ":", "", "a block is written: if … then … end"},
    {"'do' expected", "", ":", "", "a loop is written: … do … end"},
    {"'}' expected", "<string>", ":", "", "such a field is written [\"name\"] = value"},
    {"<name> expected", ":", "", "", "a field is written name = value; ':' calls a method"},
    {"function arguments expected", "", "", "", "':' calls a method: a field is read with '.', and set with '='"},
    {"'}' expected", "<value>", "<start>", "", "is a comma missing before it?"},
    {"')' expected near", "<value>", "<start>", "", "is a comma missing before it?"},
    {"", "<string>", ".. , +", "", one_argument},
    {"", "", "?", "", "a choice is written: condition and a or b"},
    {"unexpected symbol", "", "//", "", remark},
    {"unexpected symbol", "", "#", "", remark},
    {"", "", "/", "*", "a comment is written -- … or --[[ … ]]"},
    {"unexpected symbol", "", "[", "", "a list is written { 1, 2, 3 }"},
    {"unexpected symbol", "", "`", "", "text is written \"…\", '…' or [[…]], and put together with .."},
    {"", "{ , ;", "<keyword>", "=", lua_word},
    {"<name> expected", ".", "<keyword>", "", lua_word},
    {"<name> expected", "local", "<keyword>", "", "it is a word of Lua, and no name for a variable"},
    {"unfinished string", "", "", "", "it ends in the line in which it begins; [[…]] may have many lines"},
    {"invalid escape sequence", "", "", "", R"(a backslash is written \\; patterns have %d for digits, not \d)"},
    {"malformed number", "in", "", "", "a loop is written: for i = 1, 10 do … end"},
    {"malformed number", "", "", "", "a duration is text, as \"5s\""},
    {"'end' expected", "", "<start> local if for while", "", "'return' ends its block: nothing follows it"},
    {"<eof> expected", "", "<start> local if for while", "", "'return' ends the script: nothing follows it"},
    {"<eof> expected", "", "end else elseif until", "", "no block is open here: one above ends too early"},
    {"unexpected symbol", "<value>", "=", "", "there is one '=' in an assignment; equal is written =="},
};

bool is_value(const Token& token)
{
    using Kind = Token::Kind;
    return token.kind == Kind::name || token.kind == Kind::string || token.kind == Kind::number || token.is("}") ||
           token.is(")") || token.is("]") || token.is("end") || token.is("nil") || token.is("true") ||
           token.is("false");
}

// Whether a value or a statement may begin with it.
bool is_start(const Token& token)
{
    using Kind = Token::Kind;
    return token.kind == Kind::name || token.kind == Kind::string || token.kind == Kind::number || token.is("{") ||
           token.is("[") || token.is("function") || token.is("nil") || token.is("true") || token.is("false");
}

bool word_fits(std::string_view word, const Token& token)
{
    if (word == "<name>")
        return token.kind == Token::Kind::name;
    if (word == "<string>")
        return token.kind == Token::Kind::string;
    if (word == "<keyword>")
        return token.kind == Token::Kind::keyword;
    if (word == "<value>")
        return is_value(token);
    if (word == "<start>")
        return is_start(token);
    return token.text == word;
}

bool fits(std::string_view pattern, const Token& token)
{
    return pattern.empty() ||
           std::ranges::any_of(split(pattern, ' '), [&](std::string_view word) { return word_fits(word, token); });
}

bool fits(const Rule& rule, std::string_view message, const Stop& stop)
{
    return message.starts_with(rule.message) && fits(rule.previous, stop.previous) && fits(rule.at, stop.at) &&
           fits(rule.next, stop.next);
}

// The line of the first `else if`, which opens a block that its author did not mean.
std::optional<std::size_t> line_of_else_if(std::string_view source)
{
    Lexer lexer{source};
    for (Token token = lexer.next(); token.kind != Token::Kind::end;) {
        Token next = lexer.next();
        if (token.is("else") && next.is("if") && token.line == next.line)
            return token.line;
        token = std::move(next);
    }
    return std::nullopt;
}

// Where the source ends too early, or where a comma follows an `end` that was meant to close more than it does.
bool lacks_end(std::string_view message, const Stop& stop)
{
    const bool is_cut = message.starts_with("'end' expected") && stop.at.kind == Token::Kind::end;
    const bool goes_on = stop.previous.is("end") && (stop.at.is(",") || stop.at.is(")") || stop.at.is("}"));
    return is_cut || (message.starts_with("unexpected symbol") && goes_on);
}

std::string hint_at_missing_end(std::string_view source)
{
    if (const auto line = line_of_else_if(source))
        return " ('else if' in line " + std::to_string(*line) + " needs an 'end' of its own; 'elseif' does not)";
    if (const auto block = open_block(source))
        return " (has '" + std::string{block->word} + "' in line " + std::to_string(block->line) + " an 'end'?)";
    return {};
}

} // namespace

std::string syntax_hint(std::string_view source, std::size_t line, std::string_view message)
{
    const auto stop = stop_of(source, line, message);
    if (!stop)
        return {};
    if (lacks_end(message, *stop))
        return hint_at_missing_end(source);
    const auto* rule = std::ranges::find_if(rules, [&](const Rule& one) { return fits(one, message, *stop); });
    return rule == std::end(rules) ? std::string{} : " (" + std::string{rule->hint} + ")";
}

Failure with_syntax_hint(Failure failure, std::string_view source)
{
    const std::size_t colon = failure.where.rfind(':');
    if (colon == std::string::npos)
        return failure;
    const std::size_t line = std::strtoul(failure.where.c_str() + colon + 1, nullptr, 10);
    failure.message += syntax_hint(source, line, failure.message);
    return failure;
}

} // namespace forager::scripting
