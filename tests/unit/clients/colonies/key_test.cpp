#include "clients/colonies/key.hpp"

#include "io/formats/base64.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace forager;
using namespace forager::colonies;
using namespace std::string_literals;

namespace {

// What the server's own library makes of a key and a text.
struct Vector {
    std::string key;
    std::string id;
    std::string text;
    std::string signature;
};

const std::array<Vector, 11> vectors = {{
    // smallest valid key, empty message
    {"0000000000000000000000000000000000000000000000000000000000000001",
     "2036f5bc759cfb3589fb4e2342bc9b3c843c5ef27dc8ded538de328a7567089b", ""s,
     "ab1a548e7964281d13c2e4c3d260fdf29acd9d6e8d21edc63522c972ab3d2aba0e94f1d6c7a3282498a7f15eaabda6ed2c60adf28208d7f3f"
     "fcaef36a23d1eb200"},
    // largest valid key (n-1)
    {"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140",
     "8a1239501ae5ad811ed1de202778d48556f8977f597b971baa2d4e20deb49dd9", "hello"s,
     "7c9fb43689e8aa1cda71ec04739e398abbd514b84229f696277b76103cb578996282aa9ae02fbd60605c3b61b2d2e4ce93da908dfeafdc6f8"
     "c84ceb2b31f20b001"},
    // private key with 4 leading zero byte(s)
    {"00000000413f8a78f1a27ec20f8d54e280570124b4cff8937a74dc286f9c43b1",
     "a21e332026d4b8dce45687b449b56680929656aafb1cf3951fd58520e2b2afe0", "leading zeros"s,
     "a615d3d9cb8f8702fb49c2f4cd1142923b87874406a627fc3da981ddc9f3524e019a47bb6da385f39ac92b6634492d59b6890a0508dd8da16"
     "b6550fd8db00e3a00"},
    // upper-case hex private key
    {"F11067F65091597C5AC04275E8094826953F5E5DB91976660372448B6A73C091",
     "9447296a0c037c05e1a0a50ed6be3776ef41b793137a0f90c0054c10a8b6d7b9", "case"s,
     "f870f1abed0bdc7c1cf278d2f9bb48067b5ab1ac5063c40788442f7f94e177a31c41ffc3db80cd8bc04e80140e9572ca6153a1d4cbca19cb6"
     "c26daa814eabe1901"},
    // utf-8 message
    {"52a781bbc7dc3ad05b0278bf1b925317d05a293873197ce37b1e3f345de2ee5e",
     "4c58a7ec4af30d7d72813161df84c2299fe456372fe661d40a007368856c059d", "smörgås 蜂 🐝"s,
     "bfd7805fa6ac2eaa6fc4a035df73b8adbe2d58f055b4072a8f8cb70cd0accff5256f16b4eabbe5d9e837adbcda21a9711d8c5849959a0ffe5"
     "24d2f2a252b2aba01"},
    // message with NUL and newline
    {"e24ab73ac6ad0b346cec3b0d16672fc9f76ee180a67d4ec87cb2f269f5883da1",
     "1feb8b40bfaaa4270c26c153bcc13d8e56a55dc2748790a4c156790879f47639", std::string{"a\0b\n", 4},
     "a1a59798dece65e3849650fdb124d92be8e588a6aa857a4a736f1d5b5551062f2103500535ef66cd590dd21b7eb61cbbf6553162b48fcf32f"
     "e7eb18d4213f00200"},
    // recovery id 0
    {"c5c6ea5b60f78fe9ee0330069a03274fa5c3306b7441747a8f716e44323ef279",
     "71e08914a9d1ea345aec82cd0a45c4f5284f0d9a7e4d02e861bee5c50d19e7f6", "parity 0"s,
     "73492ba85b5e4642d81800df60e967d477f44b2b4706e5d7e0dcccc388bac5d501516dc475bce2f6c8dcdb17c26be88f9a62250007cff8ec5"
     "d0a53ac56bed05100"},
    // recovery id 1
    {"c5c6ea5b60f78fe9ee0330069a03274fa5c3306b7441747a8f716e44323ef279",
     "71e08914a9d1ea345aec82cd0a45c4f5284f0d9a7e4d02e861bee5c50d19e7f6", "parity 1"s,
     "2e9f831d448f0dc6e59c5bb12bfdd4260771876a05c322ae0140a318c0b69e7a54f46d67139cff34e3bdbca1d475c1412aeb3ff3f846bf50e"
     "0ea755c8695359501"},
    // s has a leading zero byte
    {"c5c6ea5b60f78fe9ee0330069a03274fa5c3306b7441747a8f716e44323ef279",
     "71e08914a9d1ea345aec82cd0a45c4f5284f0d9a7e4d02e861bee5c50d19e7f6", "lz 108"s,
     "02299fb65323c89e289f0341a81555e33d18121d732431f96db7c3566e6b43340010fca28c4024d62196895b1c8b7d8f9f65387eec7bb0233"
     "8a909b41c02a68601"},
    // r has a leading zero byte
    {"c5c6ea5b60f78fe9ee0330069a03274fa5c3306b7441747a8f716e44323ef279",
     "71e08914a9d1ea345aec82cd0a45c4f5284f0d9a7e4d02e861bee5c50d19e7f6", "lz 284"s,
     "004f5cf0b65b6e4e2dd525c64a60d8107ab328a263d10a47edccc045e4b86f115a6b8ceb625453b790bd1d593c91c57cbd1c785dd7fd7052f"
     "10a7803b712b71801"},
    // public key Y has a leading zero byte
    {"4a90e9732ca085fcca5be3abfae4d82e256e454d2604442097ea843c76cfe043",
     "b35c14fc43c17b6b031782dbf0088d4f4037c222e4a7cf1e82563e75b53ff5c8", "pub"s,
     "9b902dec5f6cd48efc13c752450d13472824050d70a5d20d1a0a07ebd3d945b678d7979873e96d71cfaed774da4d423654cbe3d11ea8377da"
     "ebc2af3d634c20e01"},
}};

const std::string text = "verify me";
const std::string signature = "d2bddd9bfbc87fb468067055c8378b798fe06852ef58a1f6bc5e6fcb2bccaec7"
                              "3ea81cc0190e1ba6a49247a5b85caa6c4b52143d3b170ba3f35904b5ead8904700";
const std::string signer = "8d6c9facea7961581106a956be40c7df892a7db2303bdb4628b58ab43717f3f6";

// The signature with its last byte replaced.
std::string with_recovery(const std::string& byte)
{
    return signature.substr(0, 128) + byte;
}

std::string why_no_key(std::string_view hex)
{
    const auto key = PrivateKey::from_hex(hex);
    REQUIRE(key.has_error());
    CHECK(key.error().code == Errc::bad_arguments);
    return key.error().message;
}

std::string why_no_signature(std::string_view wrong)
{
    const auto id = recover_id(text, wrong);
    REQUIRE(id.has_error());
    CHECK(id.error().code == Errc::refused);
    return id.error().message;
}

} // namespace

TEST_CASE("ids and signatures are those of the server's own library")
{
    for (const auto& [hex, id, said, signed_with] : vectors) {
        const auto key = PrivateKey::from_hex(hex).value();
        CHECK(key.id() == id);
        CHECK(key.sign(said) == signed_with);
        CHECK(recover_id(said, signed_with).value() == id);
    }
}

TEST_CASE("a new key is like no other, signs, and comes back from its text")
{
    const auto key = PrivateKey::generate();
    CHECK(key.id() != PrivateKey::generate().id());
    const auto again = PrivateKey::from_hex(" " + key.reveal() + "\n").value();
    CHECK(again.id() == key.id());
    CHECK(again.sign("any") == key.sign("any"));
    CHECK(recover_id("any", key.sign("any")).value() == key.id());
}

TEST_CASE("what is no key is refused, with the reason and without the text")
{
    const std::string n = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    CHECK(why_no_key(std::string(64, '0')) == "this is no private key: its number is none of the curve's");
    CHECK(why_no_key(n) == "this is no private key: its number is none of the curve's");
    for (const std::size_t digits : {0U, 62U, 63U, 66U})
        CHECK(why_no_key(std::string(digits, '1')) == "this is no private key: it has " + std::to_string(digits) +
                                                          " characters, while a key has 64 hexadecimal digits");
    CHECK(why_no_key("0x" + std::string(64, '1')) ==
          "this is no private key: it begins with 0x, which has to be left out");
    CHECK(why_no_key(std::string(64, 'z')) ==
          "this is no private key: it has other characters than hexadecimal digits");
}

TEST_CASE("who signed is found from the signature as the server finds it")
{
    CHECK(recover_id(text, signature).value() == signer);
    std::string upper = signature;
    for (char& digit : upper)
        digit = digit >= 'a' ? static_cast<char>(digit - 32) : digit;
    CHECK(recover_id(text, upper).value() == signer);
    CHECK(recover_id(text, with_recovery("04")).value() == signer);
}

TEST_CASE("a changed text or recovery id is somebody else's, not a failure")
{
    CHECK(recover_id("verify Me", signature).value() ==
          "1eec5087978b84aef06c87c868988bc49634d08eee837ef16a14fc53f80ce7c6");
    CHECK(recover_id(text, with_recovery("01")).value() ==
          "7145fc2995c475c3e019e0619b9166b457bc6eeda25e4099126880f552ec146c");
}

TEST_CASE("what is no signature is refused with the reason")
{
    const std::string zero(64, '0');
    const std::string high = "d2bddd9bfbc87fb468067055c8378b798fe06852ef58a1f6bc5e6fcb2bccaec7"
                             "c157e33fe6f1e4595b6db85a47a355926f5cc8a974319497cc7959d6e55db0fa01";
    const std::string begin = "this is no signature of a colony: ";
    CHECK(why_no_signature("") == begin + "it is not made of 130 hexadecimal digits");
    CHECK(why_no_signature("0x" + signature) == begin + "it is not made of 130 hexadecimal digits");
    CHECK(why_no_signature(signature.substr(0, 128)) == begin + "it is not made of 130 hexadecimal digits");
    CHECK(why_no_signature(signature + "00") == begin + "it is not made of 130 hexadecimal digits");
    CHECK(why_no_signature(with_recovery("1b")) == begin + "its last byte is 27, while there are 0 and 1");
    CHECK(why_no_signature(high) == begin + "its second number is in the upper half, which is not accepted");
    CHECK(why_no_signature(zero + signature.substr(64)) == begin + "no key could have made it");
    CHECK(why_no_signature(signature.substr(0, 64) + zero + "00") == begin + "no key could have made it");
}
