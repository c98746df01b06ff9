#include "clients/s3/text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::s3;
using namespace std::chrono_literals;

TEST_CASE("all but letters, digits and four signs is encoded; a key keeps its slashes")
{
    CHECK(encoded_key("a b/%2F/") == "a%20b/%252F/");
    CHECK(encoded_key("a b/../c+d") == "a%20b/../c%2Bd");
}

TEST_CASE("what was encoded is read back; what is no code stays")
{
    const std::string odd = "a b+c%/\x01\xc3\xa5";
    CHECK(decoded(encoded_key(odd)) == odd);
    CHECK(decoded("50%") == "50%");
    CHECK(decoded("%zz%4") == "%zz%4");
    CHECK(decoded("%2g") == "%2g");
}

TEST_CASE("a query is in the order of its encoded names, and of values where names are equal")
{
    CHECK(canonical_query({}).empty());
    CHECK(canonical_query({{"prefix", "a b"}, {"list-type", "2"}, {"a", "2"}, {"a", "1"}, {"uploads", ""}}) ==
          "a=1&a=2&list-type=2&prefix=a%20b&uploads=");
}

TEST_CASE("moments are written and read in three ways")
{
    const WallTime moment = WallTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 29} + 5h + 6min + 7s};
    CHECK(basic_time(moment + 999ms) == "20261129T050607Z");
    CHECK(parse_http_time("Sun, 29 Nov 2026 05:06:07 GMT") == moment);
    CHECK(parse_iso_time("2026-11-29T05:06:07.042Z") == moment);
    CHECK(parse_iso_time("2026-11-29T05:06:07Z") == moment);
    CHECK_FALSE(parse_http_time("yesterday").has_value());
    CHECK_FALSE(parse_http_time("Sun, 29 Nov 2026 05:06:07 CET").has_value());
    CHECK_FALSE(parse_iso_time("").has_value());
}
