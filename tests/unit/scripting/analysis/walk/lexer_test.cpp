#include "scripting/analysis/walk/lexer.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace forager::scripting;
using Kind = Token::Kind;

namespace {

std::vector<Token> tokens(std::string_view source)
{
    Lexer lexer{source};
    std::vector<Token> all;
    for (Token token = lexer.next(); token.kind != Kind::end; token = lexer.next())
        all.push_back(token);
    return all;
}

// The texts of all tokens, which must be of one kind.
std::vector<std::string_view> texts(std::string_view source, Kind kind)
{
    std::vector<std::string_view> all;
    for (const Token& token : tokens(source)) {
        CHECK(token.kind == kind);
        all.push_back(token.text);
    }
    return all;
}

std::string string_value(std::string_view source)
{
    const auto all = tokens(source);
    REQUIRE(all.size() == 1);
    CHECK(all.front().kind == Kind::string);
    CHECK(all.front().text == source);
    return all.front().value;
}

using Texts = std::vector<std::string_view>;

} // namespace

TEST_CASE("names and keywords are told apart")
{
    CHECK(texts("_x ende If goto2", Kind::name) == Texts{"_x", "ende", "If", "goto2"});
    CHECK(texts("end if goto not", Kind::keyword) == Texts{"end", "if", "goto", "not"});
}

TEST_CASE("the longest symbol wins")
{
    CHECK(texts("...::..//==~=<=>=<<>>", Kind::symbol) ==
          Texts{"...", "::", "..", "//", "==", "~=", "<=", ">=", "<<", ">>"});
    CHECK(texts("....", Kind::symbol) == Texts{"...", "."});
    CHECK(texts("= < > ~ / : . [ =", Kind::symbol) == Texts{"=", "<", ">", "~", "/", ":", ".", "[", "="});
    CHECK(tokens("<const>").size() == 3);
}

TEST_CASE("numerals are whole, with their exponents and signs")
{
    CHECK(texts("3 3.0 3.1416 .5 3. 314.16e-2 0.31416E1 34e1 0xff 0x0.1E 0xA23p-4 0X1.921FB54442D18P+1",
                Kind::number) == Texts{"3", "3.0", "3.1416", ".5", "3.", "314.16e-2", "0.31416E1", "34e1", "0xff",
                                       "0x0.1E", "0xA23p-4", "0X1.921FB54442D18P+1"});
    CHECK(tokens("1-2").size() == 3);
    CHECK(tokens("0xe-2").size() == 3);
}

TEST_CASE("escapes stand for what Lua takes them for")
{
    CHECK(string_value(R"("\a\b\f\n\r\t\v\\\"\'")") == "\a\b\f\n\r\t\v\\\"'");
    CHECK(string_value(R"('\65\066\0677')") == "AB"
                                               "C7");
    CHECK(string_value(R"("\x41\x7a")") == "Az");
    CHECK(string_value(R"("\u{48}\u{20AC}\u{1F41C}\u{7FFFFFFF}")") == "H€🐜\xfd\xbf\xbf\xbf\xbf\xbf");
    CHECK(string_value("\"a\\z  \n\t b\"") == "ab");
    CHECK(string_value("\"a\\\r\nb\"") == "a\nb");
    CHECK(string_value("\"\\0\xff\"") == std::string{"\0\xff", 2});
    CHECK(string_value("'\"'") == "\"");
}

TEST_CASE("long strings have levels, and no escapes")
{
    CHECK(string_value("[[]]").empty());
    CHECK(string_value("[[\na\\n]]") == "a\\n");
    CHECK(string_value("[==[a]]b]=]c]==]") == "a]]b]=]c");
    CHECK(string_value("[[\r\na\r\nb\rc]]") == "a\nb\nc");
    CHECK(tokens("a[b[1]]").size() == 7);
}

TEST_CASE("comments are passed, long ones too")
{
    CHECK(texts("a -- b\nc --[[ d\n]] e --[==[ ]] ]==] f --[=x\ng --", Kind::name) == Texts{"a", "c", "e", "f", "g"});
}

TEST_CASE("lines are counted as Lua counts them")
{
    std::vector<std::size_t> lines;
    for (const Token& token : tokens("a\nb\r\nc\rd\n\ne [[\n\n]] f '\\\n' g --[[\n]] h"))
        lines.push_back(token.line);
    CHECK(lines == std::vector<std::size_t>{1, 2, 3, 4, 6, 6, 8, 8, 9, 10});
}

TEST_CASE("a first line for the shell is none of Lua's")
{
    const auto all = tokens("#!/usr/bin/env forager run\nx");
    REQUIRE(all.size() == 1);
    CHECK(all.front().line == 2);
    CHECK(tokens("#").empty());
}

TEST_CASE("what is not valid comes to an end all the same")
{
    for (const char* source : {"'abc", "\"\\", "[[abc", "[==", "--[[", "'\\u{", "'\\x", "\x01\xff$", "'\\z"})
        CHECK(tokens(source).size() <= 4);
}
