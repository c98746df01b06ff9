#include "base/size.hpp"

#include <doctest/doctest.h>

using namespace forager;

TEST_CASE("a size is a number with a unit, or bytes")
{
    CHECK(parse_size("0") == 0);
    CHECK(parse_size("1000") == 1000);
    CHECK(parse_size("12B") == 12);
    CHECK(parse_size("64KB") == 65'536);
    CHECK(parse_size("1.5 GB") == 1'610'612'736);
    CHECK(parse_size("0.5KB") == 512);
    CHECK(parse_size("8192TB") == 9'007'199'254'740'992);
}

TEST_CASE("what is no size is refused")
{
    for (const char* text : {"", "KB", "-1", "-0", "1.5", "0.1KB", "64kb", "1e3", "1 K B", "0x10", "nan", "inf",
                             "8193TB", "1KBx", " 1", "1,5MB", "99999999999999999999999999"}) {
        INFO(text);
        CHECK_FALSE(parse_size(text).has_value());
    }
}

TEST_CASE("the text of a size reads back as the same")
{
    CHECK(size_text(0) == "0B");
    CHECK(size_text(1000) == "1000B");
    CHECK(size_text(1024) == "1KB");
    CHECK(size_text(std::uint64_t{192} * 1024 * 1024) == "192MB");
    CHECK(size_text(std::uint64_t{1536} * 1024 * 1024) == "1536MB");
    for (const std::uint64_t bytes : {1ULL, 1023ULL, 1025ULL, 1048576ULL, 9007199254740992ULL})
        CHECK(parse_size(size_text(bytes)) == bytes);
}
