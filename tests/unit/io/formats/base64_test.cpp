#include "io/formats/base64.hpp"

#include <doctest/doctest.h>

using namespace forager;

TEST_CASE("base64 and its text belong together for every length")
{
    std::string bytes;
    for (int i = 0; i < 300; ++i) {
        CHECK(*from_base64(to_base64(bytes)) == bytes);
        bytes += static_cast<char>(i * 7);
    }
    CHECK(to_base64("f") == "Zg==");
    CHECK(to_base64("fo") == "Zm8=");
    CHECK(to_base64("foo") == "Zm9v");
    CHECK(to_base64("") == "");
}

TEST_CASE("blanks in base64 are skipped")
{
    CHECK(*from_base64(" Zm9v\r\nYg =\t=\n") == "foob");
}

TEST_CASE("broken base64 is refused with the reason")
{
    CHECK(from_base64("Zm9*").error().message == "this is not base64: '*' at character 4 does not belong there.");
    CHECK(from_base64("Zg==Zg==").error().message ==
          "this is not base64: 'Z' at character 5 comes after the end ('=').");
    CHECK(from_base64("Zm9\xC3").error().message.find("byte 0xc3") != std::string::npos);
    for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "====", "=", "Zm9v=", "Zh==", "Zm9="})
        CHECK_FALSE(from_base64(text).has_value());
}

TEST_CASE("hexadecimal digits come back as the bytes that they stand for")
{
    CHECK(to_hex(std::string_view{"\x00\xff\x1a", 3}) == "00ff1a");
    CHECK(*from_hex("00FF1a") == std::string{"\x00\xff\x1a", 3});
    CHECK_FALSE(from_hex("0").has_value());
    CHECK(from_hex("0g").error().message.find("'g' at character 2") != std::string::npos);
}
