#include "io/formats/age/age.hpp"

#include "io/formats/age/bech32.hpp"
#include "io/formats/base64.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;

namespace {

// Made by the tool of that name, version 1.1.1.
constexpr std::string_view identity = "AGE-SECRET-KEY-1PMRNXE7AXUJX90Y09F6XV5RLW3X9R0ZJ7H8DUSFEAUACJVAA69DSLP2SVS";
constexpr std::string_view recipient = "age1fpfe9eqd25zk07gurzagnnkmzdla0px835v8l82v06vfhlgyl9mqjrq4cl";
constexpr std::string_view hello =
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBCSTZRN2VMU0tvSmxDNm5nVHRFNHRPd2E3Q1JKM1MxaW9OVk9KWnJEa21vCmJpMVNDVjQ3"
    "V2EzcVRUQklSVG5GZWFDSmlZMjhBZkZIVDROMHVuTFFBTEkKLS0tIE1nTEdpME9YVTdhNmM4V2RRM0pBK2l5OGJNd25ZOWhvcmd6S3RMMzNESGMK"
    "gNyFEMIdZ4RGJjJgPyfxEHFBFNI/9Q9N1/jt68M8STSMBaBuouNaQ9qaFlvD";

age::Keys keys(std::string_view text)
{
    return age::read_keys(text).value();
}

std::string encrypted(const age::Keys& keys, std::string_view plain, std::size_t piece)
{
    age::Encryption encryption{keys};
    std::string out;
    for (; !plain.empty(); plain.remove_prefix(std::min(piece, plain.size())))
        out += encryption.add(plain.substr(0, piece));
    return out + encryption.finish();
}

Result<std::string> decrypted(const age::Keys& keys, std::string_view sealed, std::size_t piece)
{
    age::Decryption decryption{keys};
    std::string out;
    for (; !sealed.empty(); sealed.remove_prefix(std::min(piece, sealed.size()))) {
        auto plain = decryption.add(sealed.substr(0, piece));
        if (!plain)
            return plain;
        out += *plain;
    }
    auto rest = decryption.finish();
    if (!rest)
        return rest;
    return out + *rest;
}

std::string text_of(std::size_t size)
{
    std::string text;
    while (text.size() < size)
        text += std::to_string(text.size()) + " ";
    text.resize(size);
    return text;
}

} // namespace

TEST_CASE("what age has encrypted is read")
{
    CHECK(decrypted(keys(identity), from_base64(hello).value(), 7).value() == "hello, backup");
    CHECK(age::recipient_of(identity) == recipient);
}

TEST_CASE("what was encrypted comes back, whatever its size and pieces")
{
    const age::Keys own = keys(identity);
    constexpr std::size_t chunk = std::size_t{64} * 1024;
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, chunk - 1, chunk, chunk + 1, 2 * chunk, 3 * chunk + 5}) {
        const std::string plain = text_of(size);
        for (const std::size_t piece : {std::size_t{1000}, chunk, std::size_t{1'000'000}}) {
            const std::string sealed = encrypted(own, plain, piece);
            CHECK(sealed.size() > plain.size());
            const auto back = decrypted(own, sealed, piece + 1);
            REQUIRE(back);
            CHECK(*back == plain);
        }
    }
}

TEST_CASE("the same bytes never look the same twice")
{
    CHECK(encrypted(keys(recipient), "x", 1) != encrypted(keys(recipient), "x", 1));
}

TEST_CASE("each of several keys opens it, and no other one")
{
    const std::string a = age::new_identity();
    const std::string b = age::new_identity();
    const age::Keys both = keys("# two of us\n" + age::recipient_of(a) + "\n\n  " + age::recipient_of(b) + "\r\n");
    CHECK(!both.can_decrypt());
    const std::string sealed = encrypted(both, "secret", 3);
    CHECK(decrypted(keys(a), sealed, 10).value() == "secret");
    CHECK(decrypted(keys(b), sealed, 10).value() == "secret");
    CHECK(decrypted(keys(identity), sealed, 10).error().message ==
          "cannot decrypt: it was encrypted for another key than the one that is configured");
}

TEST_CASE("a changed byte anywhere, and a missing end, are seen")
{
    const age::Keys own = keys(identity);
    const std::string sealed = encrypted(own, text_of(200'000), 50'000);
    for (std::size_t place = 0; place < sealed.size(); place += place < 300 ? 1 : 9'973) {
        std::string changed = sealed;
        changed[place] = static_cast<char>(changed[place] ^ 1);
        CHECK_MESSAGE(!decrypted(own, changed, 70'000).has_value(), place);
    }
    constexpr std::size_t sealed_chunk = std::size_t{64} * 1024 + 16;
    const std::size_t header = sealed.size() - (200'000 + 4 * std::size_t{16});
    for (const std::size_t left : {std::size_t{0}, std::size_t{10}, header - 1, header, header + sealed_chunk,
                                   header + 2 * sealed_chunk, sealed.size() - 1})
        CHECK_MESSAGE(!decrypted(own, sealed.substr(0, left), 70'000).has_value(), left);
    CHECK(!decrypted(own, sealed + "x", 70'000).has_value());
}

TEST_CASE("what is no file of age is refused, at once where that can be told")
{
    age::Decryption decryption{keys(identity)};
    CHECK(decryption.add("PGDMP").error().message == "cannot decrypt: this was not encrypted with age");
    age::Decryption endless{keys(identity)};
    CHECK(!endless.add("age-encryption.org/v1\n" + std::string(100'000, 'x')).has_value());
}

TEST_CASE("keys are read as age-keygen writes them, and a bad one is not repeated in the failure")
{
    const std::string file = "# created: 2026-11-29T05:45:37Z\n# public key: " + std::string{recipient} + "\n" +
                             std::string{identity} + "\n";
    CHECK(keys(file).can_decrypt());
    CHECK(keys(file).recipients == keys(recipient).recipients);
    std::string wrong{identity};
    wrong[30] = wrong[30] == 'Q' ? 'P' : 'Q';
    for (const std::string& text : {wrong, std::string{"correct horse"}, std::string{"age1qqqq"},
                                    std::string{identity}.substr(0, 60), "age1" + std::string{identity}.substr(16)}) {
        const auto read = age::read_keys(text);
        REQUIRE(!read);
        CHECK(read.error().code == Errc::bad_arguments);
        CHECK(read.error().message.find(text) == std::string::npos);
    }
    CHECK(!age::read_keys("# nothing\n").has_value());
}

TEST_CASE("bech32 is that of BIP 173")
{
    CHECK(age::from_bech32("abcdef", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw").value().size() == 20);
    CHECK(age::from_bech32("a", "A12UEL5L").value().empty());
    CHECK(!age::from_bech32("a", "A12uEL5L"));
    CHECK(!age::from_bech32("a", "a12uel5x"));
    CHECK(!age::from_bech32("b", "a12uel5l"));
    CHECK(age::to_bech32("a", "") == "a12uel5l");
}
