#include "io/formats/digest.hpp"

#include "io/formats/base64.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

using namespace forager;

namespace {

std::string hex_of(std::string_view name, std::string_view bytes)
{
    return to_hex(digest(digest_named(name).value(), bytes));
}

} // namespace

TEST_CASE("checksums are the published ones")
{
    CHECK(hex_of("md5", "abc") == "900150983cd24fb0d6963f7d28e17f72");
    CHECK(hex_of("sha1", "abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(hex_of("sha256", "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex_of("sha3-256", "abc") == "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532");
    CHECK(hex_of("sha512", "").starts_with("cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"));
    CHECK_FALSE(digest_named("crc32").has_value());
}

TEST_CASE("a file has the checksum of its content")
{
    const test::TempFolder folder;
    const std::string content(1'000'003, 'x');
    const std::string path = folder.write("big", content);
    CHECK(*digest_file(Digest::sha256, path) == digest(Digest::sha256, content));
    CHECK(digest_file(Digest::md5, folder.path() + "/none").error().code == Errc::not_found);
    CHECK(digest_file(Digest::md5, folder.path()).error().code == Errc::refused);
    CHECK(digest_file(Digest::md5, "/dev/zero").error().code == Errc::refused);
}
