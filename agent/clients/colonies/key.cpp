#include "clients/colonies/key.hpp"

#include "base/text.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <array>
#include <cstddef>
#include <stdexcept>
#include <utility>

namespace forager::colonies {

namespace {

constexpr std::size_t key_size = 32;
constexpr std::size_t public_size = 65;
constexpr std::size_t compact_size = 64;

using Block = std::array<unsigned char, key_size>;
using Context = std::unique_ptr<secp256k1_context, decltype(&secp256k1_context_destroy)>;

std::string_view text_of(const unsigned char* bytes, std::size_t size)
{
    return {reinterpret_cast<const char*>(bytes), size};
}

const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string id_of(const secp256k1_pubkey& key)
{
    std::array<unsigned char, public_size> point{};
    std::size_t size = point.size();
    secp256k1_ec_pubkey_serialize(secp256k1_context_static, point.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED);
    // Over the digits, not over the bytes that they stand for.
    return to_hex(digest(Digest::sha3_256, to_hex(text_of(point.data(), size))));
}

Block random_block()
{
    Block block{};
    if (RAND_priv_bytes(block.data(), static_cast<int>(block.size())) != 1)
        throw std::runtime_error{"this machine gives no randomness for a key"};
    return block;
}

// What it computes with the key is blinded by chance, against those who watch the processor.
Context signing_context()
{
    Context context{secp256k1_context_create(SECP256K1_CONTEXT_NONE), &secp256k1_context_destroy};
    Block seed = random_block();
    const int blinded = secp256k1_context_randomize(context.get(), seed.data());
    OPENSSL_cleanse(seed.data(), seed.size());
    if (blinded != 1)
        throw std::runtime_error{"the library for signatures cannot be prepared"};
    return context;
}

Failure no_key(const std::string& why)
{
    return {Errc::bad_arguments, "this is no private key: " + why};
}

std::string wrong_text(std::string_view text)
{
    if (text.starts_with("0x") || text.starts_with("0X"))
        return "it begins with 0x, which has to be left out";
    if (text.size() != 2 * key_size)
        return "it has " + std::to_string(text.size()) + " characters, while a key has 64 hexadecimal digits";
    return "it has other characters than hexadecimal digits";
}

Failure no_signature(const std::string& why)
{
    return {Errc::refused, "this is no signature of a colony: " + why};
}

} // namespace

class PrivateKey::Bytes {
public:
    explicit Bytes(const Block& secret) : secret_{secret}, context_{signing_context()}
    {
        secp256k1_pubkey key{};
        if (secp256k1_ec_pubkey_create(context_.get(), &key, secret_.data()) != 1)
            throw std::logic_error{"a key must be checked before it is used"};
        id_ = id_of(key);
    }
    Bytes(const Bytes&) = delete;
    Bytes& operator=(const Bytes&) = delete;
    ~Bytes() { OPENSSL_cleanse(secret_.data(), secret_.size()); }

    static bool are_valid(const Block& secret)
    {
        return secp256k1_ec_seckey_verify(secp256k1_context_static, secret.data()) == 1;
    }

    const std::string& id() const { return id_; }
    std::string hex() const { return to_hex(text_of(secret_.data(), secret_.size())); }

    std::string sign(std::string_view digest) const
    {
        secp256k1_ecdsa_recoverable_signature signature{};
        if (secp256k1_ecdsa_sign_recoverable(context_.get(), &signature, bytes_of(digest), secret_.data(), nullptr,
                                             nullptr) != 1)
            throw std::logic_error{"a valid key always signs"};
        std::array<unsigned char, compact_size + 1> bytes{};
        int recovery = 0;
        secp256k1_ecdsa_recoverable_signature_serialize_compact(context_.get(), bytes.data(), &recovery, &signature);
        bytes.back() = static_cast<unsigned char>(recovery);
        return to_hex(text_of(bytes.data(), bytes.size()));
    }

private:
    Block secret_;
    Context context_;
    std::string id_;
};

PrivateKey::PrivateKey(std::shared_ptr<const Bytes> bytes) : bytes_{std::move(bytes)} {}

Result<PrivateKey> PrivateKey::from_hex(std::string_view text)
{
    text = trimmed(text);
    auto bytes = forager::from_hex(text);
    if (bytes.has_error() || bytes->size() != key_size)
        return no_key(wrong_text(text));
    Block secret{};
    bytes->copy(reinterpret_cast<char*>(secret.data()), secret.size());
    OPENSSL_cleanse(bytes->data(), bytes->size());
    if (!Bytes::are_valid(secret))
        return no_key("its number is none of the curve's");
    PrivateKey key{std::make_shared<const Bytes>(secret)};
    OPENSSL_cleanse(secret.data(), secret.size());
    return key;
}

PrivateKey PrivateKey::generate()
{
    Block secret = random_block();
    while (!Bytes::are_valid(secret)) // once in 2^128 times
        secret = random_block();
    PrivateKey key{std::make_shared<const Bytes>(secret)};
    OPENSSL_cleanse(secret.data(), secret.size());
    return key;
}

const std::string& PrivateKey::id() const
{
    return bytes_->id();
}

std::string PrivateKey::reveal() const
{
    return bytes_->hex();
}

std::string PrivateKey::sign(std::string_view text) const
{
    return bytes_->sign(digest(Digest::sha3_256, text));
}

Result<std::string> recover_id(std::string_view text, std::string_view signature)
{
    const auto bytes = from_hex(signature);
    if (bytes.has_error() || bytes->size() != compact_size + 1)
        return no_signature("it is not made of 130 hexadecimal digits");
    const auto recovery = static_cast<unsigned char>(bytes->back());
    if (recovery >= 8)
        return no_signature("its last byte is " + std::to_string(recovery) + ", while there are 0 and 1");
    const auto* const context = secp256k1_context_static;
    secp256k1_ecdsa_recoverable_signature parsed{};
    // The bit beyond the two only says how the key was written where it came from.
    if (secp256k1_ecdsa_recoverable_signature_parse_compact(context, &parsed, bytes_of(*bytes), recovery & 3) != 1)
        return no_signature("its numbers are too large");
    secp256k1_ecdsa_signature plain{};
    secp256k1_ecdsa_recoverable_signature_convert(context, &plain, &parsed);
    if (secp256k1_ecdsa_signature_normalize(context, nullptr, &plain) == 1)
        return no_signature("its second number is in the upper half, which is not accepted");
    secp256k1_pubkey key{};
    const std::string hash = digest(Digest::sha3_256, text);
    if (secp256k1_ecdsa_recover(context, &key, &parsed, bytes_of(hash)) != 1)
        return no_signature("no key could have made it");
    return id_of(key);
}

} // namespace forager::colonies
