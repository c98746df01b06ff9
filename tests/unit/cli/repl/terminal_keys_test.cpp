#include "cli/repl/terminal_keys.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace forager::cli;

TEST_CASE("a key is a character or a sequence, once all of it has come")
{
    CHECK(key_length("ab") == 1);
    CHECK(key_length("\xc3\xa4"
                     "b") == 2);
    CHECK(key_length("\xc3") == 0);
    CHECK(key_length("\xf0\x9f\x8c") == 0);
    CHECK(key_length("\x1b") == 0);
    CHECK(key_length("\x1b[") == 0);
    CHECK(key_length("\x1b[1;5") == 0);
    CHECK(key_length("\x1b[1;5Cx") == 6);
    CHECK(key_length("\x1b[Ax") == 3);
    CHECK(key_length("\x1bOH") == 3);
    CHECK(key_length("\x1b"
                     "b") == 2);
    CHECK(key_length("\x18") == 0);
    CHECK(key_length("\x16\x03") == 2);
    CHECK(key_length("\xff\xfe") == 1);
    CHECK(key_length("\xc3\r") == 1);
}

TEST_CASE("characters are taken out of UTF-8, and what is none byte by byte")
{
    std::string_view text = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x8c\xb2\xff";
    CHECK(take_character(text) == L'a');
    CHECK(take_character(text) == 0xe4);
    CHECK(take_character(text) == 0x20ac);
    CHECK(take_character(text) == 0x1f332);
    CHECK(take_character(text) == 0xff);
    CHECK(text.empty());
    std::string_view cut = "\xc3(";
    CHECK(take_character(cut) == 0xc3);
    CHECK(take_character(cut) == L'(');
}

TEST_CASE("keys that would end the editor's input, or have it ask for more, are none of its own")
{
    using namespace std::string_view_literals;
    for (const std::string_view key : {"\0"sv, "\x12"sv, "\x1bx"sv})
        CHECK_FALSE(is_for_editor(key));
    for (const std::string_view key : {"a"sv, "\x01"sv, "\x1b[A"sv,
                                       "\x1b"
                                       "b"sv})
        CHECK(is_for_editor(key));
}
