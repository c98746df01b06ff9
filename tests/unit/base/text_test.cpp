#include "base/text.hpp"

#include <doctest/doctest.h>

using namespace forager;

TEST_CASE("UTF-8 is told from other bytes")
{
    CHECK(is_utf8(""));
    CHECK(is_utf8("grün 🐜"));
    CHECK_FALSE(is_utf8("\xff"));
    CHECK_FALSE(is_utf8("\xc0\x80"));
    CHECK_FALSE(is_utf8("\xed\xa0\x80"));
    CHECK_FALSE(is_utf8("\xe2\x82"));
    CHECK_FALSE(is_utf8("\xf4\x90\x80\x80"));
}

TEST_CASE("the nearest word is suggested, and none when all are far")
{
    const std::vector<std::string> options = {"timeout", "retries", "args"};
    CHECK(nearest("tiemout", options) == "timeout");
    CHECK(nearest("retires", options) == "retries");
    CHECK_FALSE(nearest("concurrency", options));
}

TEST_CASE("a tail begins at a line where it can, and says that it was cut")
{
    CHECK(tail("short", 10) == "short");
    CHECK(tail("one\ntwo\nthree", 9) == "… three");
}

TEST_CASE("words and sizes are shown as people read them")
{
    const std::vector<std::string> words = {"a", "b", "c"};
    CHECK(listed(words) == "a, b and c");
    CHECK(bytes_text(12) == "12 B");
    CHECK(bytes_text(192 * 1024 * 1024) == "192 MB");
    CHECK(bytes_text(1536) == "1.5 KB");
}

TEST_CASE("a pattern fits the whole text or nothing of it")
{
    for (const char* pattern : {"*", "unix.*", "*.unix_command", "unix.unix_command", "u*x*d", "unix?unix_*", "**"})
        CHECK_MESSAGE(matches_pattern(pattern, "unix.unix_command"), pattern);
    for (const char* pattern : {"", "unix", "unix.", "*.unix", "unix.*.d", "unix.unix_command?", "Unix.*"})
        CHECK_MESSAGE(!matches_pattern(pattern, "unix.unix_command"), pattern);
    CHECK(matches_pattern("", ""));
    CHECK(matches_pattern("*", ""));
    CHECK_FALSE(matches_pattern("?", ""));
    CHECK(matches_pattern("*aab", "aaab")); // what a star has taken is given back
}
