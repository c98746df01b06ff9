#include "scripting/explaining/familiar.hpp"
#include "scripting/explaining/open_block.hpp"
#include "scripting/explaining/runtime_hint.hpp"
#include "scripting/explaining/syntax_hint.hpp"

#include <doctest/doctest.h>

using namespace forager::scripting;

TEST_CASE("a sign of another language is translated")
{
    CHECK(syntax_hint("if a != 1 then end", 1, "'then' expected near '!'") == " (not equal is written ~=)");
    CHECK(syntax_hint("n += 1", 1, "syntax error near '+'").find("n = n + 1") != std::string::npos);
}

TEST_CASE("where no cause is certain there is no hint")
{
    CHECK(syntax_hint("x = )", 1, "unexpected symbol near ')'").empty());
    CHECK(syntax_hint("x =", 1, "unexpected symbol near <eof>").empty());
    CHECK(syntax_hint("x = )", 9, "unexpected symbol near ')'").empty());
    CHECK(syntax_hint("x", 1, "too many local variables").empty());
    CHECK(runtime_hint("no paper").empty());
    CHECK(familiar("", "frobnicate").empty());
    CHECK(familiar("os", "shell").empty());
}

TEST_CASE("a block that is indented further than its end is named")
{
    const auto block = open_block("function f()\n  if x then\n    g()\nend\n");
    REQUIRE(block);
    CHECK(block->word == "if");
    CHECK(block->line == 2);
    CHECK(!open_block("function f()\n  if x then g() end\nend\nrepeat\n  f()\nuntil x\n"));
    CHECK(!open_block("end end until"));
}

TEST_CASE("a name is found as a whole word only")
{
    CHECK(familiar("", "null").find("nil") != std::string::npos);
    CHECK(familiar("", "nul").empty());
    CHECK(familiar("", "").empty());
}
