#include "scripting/explaining/excerpt.hpp"

#include <doctest/doctest.h>

using forager::Errc;
using forager::Failure;
using forager::scripting::excerpt_in;
using forager::scripting::excerpt_of;

namespace {

Failure failure(std::string where, std::string message)
{
    Failure made{Errc::script, std::move(message)};
    made.where = std::move(where);
    return made;
}

} // namespace

TEST_CASE("what the message quotes is marked in the line that it is about")
{
    CHECK(excerpt_in("local a\nforager.slep(1)\n", 1,
                     failure("x.lua:2", "forager has no 'slep' (did you mean 'sleep'?)")) == "  2 | forager.slep(1)\n"
                                                                                             "    |         ^^^^\n");
}

TEST_CASE("text is marked by what it stands for")
{
    CHECK(excerpt_in("f(\"a\\65\")", 1, failure("x.lua:1", "there is no function 'aA'")) == "  1 | f(\"a\\65\")\n"
                                                                                            "    |   ^^^^^^\n");
}

TEST_CASE("what is not found leaves the line without a mark")
{
    CHECK(excerpt_in("f()\n", 1, failure("x.lua:1", "the script's heap isn't 'large' enough")) == "  1 | f()\n");
}

TEST_CASE("an option may stand further down in the call, and a use of its name may not")
{
    const char* source = "func {\n  name = retires,\n  retires = 3,\n}\nlocal retires = 1\n";
    CHECK(excerpt_in(source, 1, failure("x.lua:1", "func has no option 'retires'")) == "  3 |   retires = 3,\n"
                                                                                       "    |   ^^^^^^^\n");
    CHECK(excerpt_in("f()\nlocal retires = 1\n", 1, failure("x.lua:1", "f has no option 'retires'")) == "  1 | f()\n");
}

TEST_CASE("what Lua could not use is marked, also where the same stands before it")
{
    CHECK(excerpt_in("x = = 1", 1, failure("x.lua:1", "unexpected symbol near '='")) == "  1 | x = = 1\n"
                                                                                        "    |     ^\n");
    CHECK(excerpt_in("if a == 1 and b = 1 then end", 1, failure("x.lua:1", "'then' expected near '='")) ==
          "  1 | if a == 1 and b = 1 then end\n"
          "    |                 ^\n");
}

TEST_CASE("what is open is shown, and what came instead of its end")
{
    CHECK(excerpt_in("t = {\n  1\n  2\n}", 1, failure("x.lua:3", "'}' expected (to close '{' at line 1) near '2'")) ==
          "  1 | t = {\n"
          "    |     ^\n"
          "  3 |   2\n"
          "    |   ^\n");
    CHECK(excerpt_in("do\n\n", 1, failure("x.lua:3", "'end' expected (to close 'do' at line 1) near <eof>")) ==
          "  1 | do\n"
          "    | ^^\n");
}

TEST_CASE("what a message is about as a whole is marked last")
{
    CHECK(excerpt_in("func { name = 'a.b', args = 1 }", 1, failure("x.lua:1", "func 'a.b': 'args' is a list")) ==
          "  1 | func { name = 'a.b', args = 1 }\n"
          "    |                      ^^^^\n");
}

TEST_CASE("what is not there was named by a text")
{
    CHECK(excerpt_in("local a = require 'a'", 1, failure("x.lua:1", "there is no module 'a'")) ==
          "  1 | local a = require 'a'\n"
          "    |                   ^^^\n");
}

TEST_CASE("a hint behind the message does not move the mark")
{
    CHECK(excerpt_in("if a & & b then", 1, failure("x.lua:1", "unexpected symbol near '&' (it is written 'and')")) ==
          "  1 | if a & & b then\n"
          "    |        ^\n");
    CHECK(excerpt_in("if (a) {}", 1, failure("x.lua:1", "'then' expected near <eof> (it begins with 'then')")) ==
          "  1 | if (a) {}\n");
}

TEST_CASE("a missing word is shown behind what stands before it")
{
    CHECK(excerpt_in("if x\n  f()\nend", 1, failure("x.lua:2", "'then' expected near 'f'")) == "  1 | if x\n"
                                                                                               "    |    ^\n");
}

TEST_CASE("lines are counted from the first one of the source")
{
    CHECK(excerpt_in("a()\nb.c()", 7, failure("stdin:8", "undefined global 'b'")) == "  8 | b.c()\n"
                                                                                     "    | ^\n");
    CHECK(excerpt_in("a()", 7, failure("stdin:3", "undefined global 'a'")).empty());
}

TEST_CASE("tabs and characters of several bytes do not move the mark")
{
    CHECK(excerpt_in("\tprint(\"é\", x)\r\n", 1, failure("x.lua:1", "undefined global 'x'")) ==
          "  1 |     print(\"é\", x)\n"
          "    |                ^\n");
}

TEST_CASE("a long line is cut around its mark")
{
    const std::string blanks(500, ' ');
    const std::string shown = excerpt_in("f(1," + blanks + "xyz," + blanks + "2)", 1, failure("x.lua:1", "no 'xyz'"));
    CHECK(shown.size() < 300);
    CHECK(shown.find("xyz") != shown.npos);
    CHECK(shown.find("^^^\n") != shown.npos);
}

TEST_CASE("there is no excerpt without a line or a script, and of no other file")
{
    for (const char* where : {"", "x.lua", "x.lua:", "x.lua:0", "x.lua:1", "/etc/hostname:1", "/dev/null:1"})
        CHECK_MESSAGE(excerpt_of(failure(where, "no 'x'")).empty(), where);
    CHECK(excerpt_in("", 1, failure("x.lua:1", "no 'x'")).empty());
    CHECK(excerpt_in("x", 1, failure("x.lua:9", "no 'x'")).empty());
}
