#include "primitives/files/pattern.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace forager;

TEST_CASE("stars and question marks stand for characters of a name")
{
    CHECK(matches("*", "a"));
    CHECK(matches("*.txt", "a.b.txt"));
    CHECK(matches("a*b*c", "axxbyybzc"));
    CHECK(matches("?", "é"));
    CHECK(matches("??", "\xff\xfe"));
    CHECK_FALSE(matches("?", ""));
    CHECK_FALSE(matches("a*b", "a"));
    CHECK_FALSE(matches("*.txt", "a.txt.gz"));
    CHECK_FALSE(matches("", "a"));
}

TEST_CASE("brackets stand for one of their characters")
{
    CHECK(matches("[a-c]x", "bx"));
    CHECK_FALSE(matches("[a-c]x", "dx"));
    CHECK(matches("[!a-c]x", "dx"));
    CHECK_FALSE(matches("[!a-c]x", "ax"));
    CHECK(matches("[]a]", "]"));
    CHECK(matches("[a-]", "-"));
    CHECK(matches("[à-ü]", "é"));
    CHECK(matches("[ab", "[ab"));
}

TEST_CASE("a backslash takes the meaning from a character")
{
    CHECK(matches("\\*", "*"));
    CHECK_FALSE(matches("\\*", "a"));
    CHECK(matches("[\\]]", "]"));
}

TEST_CASE("hidden names need their dot in the pattern")
{
    CHECK_FALSE(matches("*", ".a"));
    CHECK_FALSE(matches("?a", ".a"));
    CHECK(matches(".*", ".a"));
}

TEST_CASE("a pattern of many stars does not take long")
{
    std::string pattern;
    for (int i = 0; i < 50; ++i)
        pattern += "a*";
    CHECK_FALSE(matches(pattern + "b", std::string(5000, 'a')));
}
