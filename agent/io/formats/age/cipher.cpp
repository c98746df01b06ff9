#include "io/formats/age/cipher.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace forager::age {

namespace {

template <class T, void (*free)(T*)> struct Freer {
    void operator()(T* object) const { free(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freer<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>>;
using Kdf = std::unique_ptr<EVP_KDF, Freer<EVP_KDF, EVP_KDF_free>>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, Freer<EVP_KDF_CTX, EVP_KDF_CTX_free>>;

void require(bool done)
{
    if (!done)
        throw std::runtime_error{"this machine's OpenSSL does not offer what encryption needs"};
}

const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text)
{
    return reinterpret_cast<unsigned char*>(text.data());
}

Key secret_key(std::string_view secret)
{
    return Key{EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, bytes_of(secret), secret.size())};
}

OSSL_PARAM octets(const char* name, std::string_view bytes)
{
    return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(bytes.data()), bytes.size());
}

} // namespace

std::string random_bytes(std::size_t count)
{
    std::string bytes(count, '\0');
    require(RAND_bytes(bytes_of(bytes), static_cast<int>(count)) == 1);
    return bytes;
}

std::string derived_key(std::string_view secret, std::string_view salt, std::string_view purpose)
{
    const Kdf kdf{EVP_KDF_fetch(nullptr, "HKDF", nullptr)};
    require(kdf != nullptr);
    const KdfContext context{EVP_KDF_CTX_new(kdf.get())};
    std::string hash = "SHA256";
    std::array<OSSL_PARAM, 5> params = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash.data(), hash.size()),
        octets(OSSL_KDF_PARAM_KEY, secret), octets(OSSL_KDF_PARAM_INFO, purpose),
        // No salt is zeros in the length of the hash, as HKDF says itself: not all versions take an empty one.
        octets(OSSL_KDF_PARAM_SALT, salt), OSSL_PARAM_construct_end()};
    if (salt.empty())
        params[3] = OSSL_PARAM_construct_end();
    std::string key(key_size, '\0');
    require(EVP_KDF_derive(context.get(), bytes_of(key), key.size(), params.data()) == 1);
    return key;
}

std::string sealed(std::string_view key, std::string_view nonce, std::string_view plain)
{
    const CipherContext context{EVP_CIPHER_CTX_new()};
    std::string out(plain.size() + tag_size, '\0');
    int length = 0;
    require(EVP_EncryptInit_ex(context.get(), EVP_chacha20_poly1305(), nullptr, bytes_of(key), bytes_of(nonce)) == 1);
    require(EVP_EncryptUpdate(context.get(), bytes_of(out), &length, bytes_of(plain), static_cast<int>(plain.size())) ==
            1);
    require(EVP_EncryptFinal_ex(context.get(), bytes_of(out) + length, &length) == 1);
    require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, tag_size, bytes_of(out) + plain.size()) == 1);
    return out;
}

std::optional<std::string> opened(std::string_view key, std::string_view nonce, std::string_view sealed)
{
    if (sealed.size() < tag_size)
        return {};
    const CipherContext context{EVP_CIPHER_CTX_new()};
    std::string tag{sealed.substr(sealed.size() - tag_size)};
    sealed.remove_suffix(tag_size);
    std::string out(sealed.size() + 1, '\0'); // never without a place to write to
    int length = 0;
    require(EVP_DecryptInit_ex(context.get(), EVP_chacha20_poly1305(), nullptr, bytes_of(key), bytes_of(nonce)) == 1);
    require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()) == 1);
    const bool right = EVP_DecryptUpdate(context.get(), bytes_of(out), &length, bytes_of(sealed),
                                         static_cast<int>(sealed.size())) == 1 &&
                       EVP_DecryptFinal_ex(context.get(), bytes_of(out) + length, &length) == 1;
    if (!right)
        return {};
    out.pop_back();
    return out;
}

std::string public_half(std::string_view secret)
{
    const Key key = secret_key(secret);
    std::string half(key_size, '\0');
    std::size_t length = half.size();
    require(key != nullptr && EVP_PKEY_get_raw_public_key(key.get(), bytes_of(half), &length) == 1);
    return half;
}

std::optional<std::string> shared_secret(std::string_view secret, std::string_view other)
{
    const Key own = secret_key(secret);
    const Key theirs{EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, bytes_of(other), other.size())};
    require(own != nullptr);
    const KeyContext context{EVP_PKEY_CTX_new(own.get(), nullptr)};
    std::string shared(key_size, '\0');
    std::size_t length = shared.size();
    const bool agreed = theirs != nullptr && EVP_PKEY_derive_init(context.get()) == 1 &&
                        EVP_PKEY_derive_set_peer(context.get(), theirs.get()) == 1 &&
                        EVP_PKEY_derive(context.get(), bytes_of(shared), &length) == 1;
    if (!agreed)
        return {};
    return shared;
}

} // namespace forager::age
