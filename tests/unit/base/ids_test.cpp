#include "base/ids.hpp"

#include <doctest/doctest.h>

using namespace forager;

TEST_CASE("an id has 32 hexadecimal digits of two numbers")
{
    CHECK(make_id(0x1, 0xabcdef) == "00000000000000010000000000abcdef");
    CHECK(make_id(~0ULL, 0) == "ffffffffffffffff0000000000000000");
}
