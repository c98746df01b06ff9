#include "io/formats/mac.hpp"

#include "io/formats/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

namespace forager {

std::string hmac_sha256(std::string_view key, std::string_view message)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> buffer{};
    unsigned length = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
    const char* key_bytes = key.empty() ? "" : key.data(); // it takes no null pointer, even for nothing
    if (HMAC(EVP_sha256(), key_bytes, static_cast<int>(key.size()), bytes, message.size(), buffer.data(), &length) ==
        nullptr)
        throw std::runtime_error{"this machine's OpenSSL does not offer HMAC-SHA256"};
    return {reinterpret_cast<const char*>(buffer.data()), length};
}

// Of their digests, which are equally long.
bool same_secret(std::string_view a, std::string_view b)
{
    const std::string one = digest(Digest::sha256, a);
    const std::string other = digest(Digest::sha256, b);
    return CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

} // namespace forager
