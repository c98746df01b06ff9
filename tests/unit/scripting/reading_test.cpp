#include "scripting/reading.hpp"

#include <doctest/doctest.h>

using forager::scripting::is_incomplete;

TEST_CASE("expressions and statements are complete, and so is nothing")
{
    for (const char* text : {"", "  ", "-- a remark", "1 + 1", "x = 1", "f()", "local a", "return 1, 2", "{ 1 }",
                             "for i = 1, 2 do print(i) end", "function f() end", "x = [[a\nb]]", "goto a ::a::"})
        CHECK_MESSAGE(!is_incomplete(text), text);
}

TEST_CASE("what has no end yet wants more lines")
{
    for (const char* text : {"1 +", "x =", "f(", "{", "{ a =", "local", "for i = 1, 2 do", "if x then", "function f()",
                             "x = [[a", "--[[ a remark", "return {", "repeat", "a.", "f {\n  1,"})
        CHECK_MESSAGE(is_incomplete(text), text);
}

TEST_CASE("what is wrong already does not get better by more lines")
{
    for (const char* text : {")", "x = = 1", "'no end", "1 1", "end", "for i = 1, 2 do ) "})
        CHECK_MESSAGE(!is_incomplete(text), text);
}
