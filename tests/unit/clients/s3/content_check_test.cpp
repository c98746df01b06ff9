#include "clients/s3/content_check.hpp"

#include "io/formats/base64.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::s3;

namespace {

const std::string sum_of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

std::string sum(std::string_view text)
{
    return digest(Digest::sha256, text);
}

} // namespace

TEST_CASE("content is held to what was wanted, or else to what the store was told")
{
    ObjectHead head;
    CHECK_FALSE(ContentCheck{head, ""}.can_tell());
    head.object.sha256 = "00";
    CHECK(ContentCheck{head, ""}.can_tell());
    ContentCheck right{head, sum_of_abc};
    right.add("a");
    right.add("bc");
    CHECK(right.finish().value() == sum_of_abc);
    ContentCheck wrong{head, ""};
    wrong.add("abc");
    const auto verdict = wrong.finish();
    REQUIRE(verdict.has_error());
    CHECK(verdict.error().code == Errc::refused);
}

TEST_CASE("content in parts is held to the checksum of their checksums, however it comes in")
{
    ObjectHead head;
    head.part_size = 2;
    head.parts_sha256 = to_base64(sum(sum("ab") + sum("cd") + sum("e"))) + "-3";
    for (const std::size_t piece : std::initializer_list<std::size_t>{1, 2, 3, 5}) {
        ContentCheck check{head, ""};
        CHECK(check.can_tell());
        const std::string content = "abcde";
        for (std::size_t at = 0; at < content.size(); at += piece)
            check.add(content.substr(at, piece));
        CHECK(check.finish().value() == to_hex(sum(content)));
    }
    ContentCheck other{head, ""};
    other.add("abcdf");
    CHECK(other.finish().has_error());
}

TEST_CASE("content that ends with a part has no empty one behind it")
{
    ObjectHead head;
    head.part_size = 2;
    head.parts_sha256 = to_base64(sum(sum("ab"))) + "-1";
    ContentCheck check{head, ""};
    check.add("ab");
    CHECK(check.finish());
}
