#include "io/formats/age/age.hpp"

#include "base/text.hpp"
#include "io/formats/age/bech32.hpp"
#include "io/formats/age/cipher.hpp"
#include "io/formats/age/header.hpp"

#include <algorithm>
#include <utility>

namespace forager::age {

namespace {

constexpr std::size_t chunk_size = std::size_t{64} * 1024;
constexpr std::size_t salt_size = 16; // of the payload's key
constexpr std::string_view recipient_prefix = "age";
constexpr std::string_view identity_prefix = "age-secret-key-";

// Of the chunk that has this number: a big-endian counter, then whether it is the last.
std::string nonce_of(std::uint64_t number, bool last)
{
    std::string nonce(nonce_size, '\0');
    for (std::size_t i = nonce_size - 2; number > 0; --i, number >>= 8U)
        nonce[i] = static_cast<char>(number & 0xffU);
    nonce.back() = last ? '\1' : '\0';
    return nonce;
}

std::string payload_key(std::string_view file_key, std::string_view salt)
{
    return derived_key(file_key, salt, "payload");
}

bool add_key(std::string_view line, Keys& keys)
{
    if (auto recipient = from_bech32(recipient_prefix, line); recipient && recipient->size() == key_size) {
        if (!shared_secret(random_bytes(key_size), *recipient))
            return false;
        keys.recipients.push_back(std::move(*recipient));
        return true;
    }
    auto identity = from_bech32(identity_prefix, line);
    if (!identity || identity->size() != key_size)
        return false;
    keys.recipients.push_back(public_half(*identity));
    keys.identities.push_back(std::move(*identity));
    return true;
}

} // namespace

Result<Keys> read_keys(std::string_view text)
{
    Keys keys;
    for (std::string_view line : split(text, '\n')) {
        line = trimmed(line);
        if (line.empty() || line.front() == '#')
            continue;
        if (!add_key(line, keys))
            return Failure{Errc::bad_arguments,
                           "an encryption key must be a recipient (age1…) or a secret key (AGE-SECRET-KEY-1…), as "
                           "age-keygen makes them"};
    }
    if (keys.recipients.empty())
        return Failure{Errc::bad_arguments, "there is no encryption key where one is configured"};
    return keys;
}

std::string new_identity()
{
    std::string text = to_bech32(identity_prefix, random_bytes(key_size));
    std::ranges::transform(text, text.begin(), [](unsigned char letter) { return std::toupper(letter); });
    return text;
}

std::string recipient_of(std::string_view identity)
{
    const auto secret = from_bech32(identity_prefix, identity);
    return to_bech32(recipient_prefix, public_half(secret.value()));
}

Encryption::Encryption(const Keys& keys)
{
    const std::string file_key = random_bytes(file_key_size);
    const std::string salt = random_bytes(salt_size);
    out_ = header_for(keys.recipients, file_key) + salt;
    key_ = payload_key(file_key, salt);
}

std::string Encryption::add(std::string_view plain)
{
    std::string out = std::exchange(out_, {});
    waiting_ += plain;
    std::size_t done = 0;
    // A full chunk may be the last one: it goes when another byte follows.
    for (; waiting_.size() - done > chunk_size; done += chunk_size)
        out += chunk(std::string_view{waiting_}.substr(done, chunk_size), false);
    waiting_.erase(0, done);
    return out;
}

std::string Encryption::finish()
{
    return std::exchange(out_, {}) + chunk(waiting_, true);
}

std::string Encryption::chunk(std::string_view plain, bool last)
{
    return sealed(key_, nonce_of(chunks_++, last), plain);
}

Result<std::string> Decryption::add(std::string_view bytes)
{
    waiting_ += bytes;
    if (key_.empty()) {
        const auto known = read_header();
        if (!known)
            return known.error();
        if (!*known)
            return std::string{};
    }
    constexpr std::size_t sealed_size = chunk_size + tag_size;
    std::string plain;
    std::size_t done = 0;
    for (; waiting_.size() - done > sealed_size; done += sealed_size) {
        auto part = chunk(std::string_view{waiting_}.substr(done, sealed_size), false);
        if (!part)
            return part;
        plain += *part;
    }
    waiting_.erase(0, done);
    return plain;
}

Result<std::string> Decryption::finish()
{
    if (key_.empty())
        return not_readable("it ends within its header");
    auto rest = chunk(waiting_, true);
    if (rest && rest->empty() && chunks_ > 1)
        return not_readable("its end was changed");
    return rest;
}

// False: more bytes are needed.
Result<bool> Decryption::read_header()
{
    auto header = age::read_header(waiting_, keys_);
    if (!header)
        return header.error();
    if (!*header || waiting_.size() < (*header)->size + salt_size)
        return false;
    key_ = payload_key((*header)->file_key, std::string_view{waiting_}.substr((*header)->size, salt_size));
    waiting_.erase(0, (*header)->size + salt_size);
    return true;
}

Result<std::string> Decryption::chunk(std::string_view sealed, bool last)
{
    auto plain = opened(key_, nonce_of(chunks_++, last), sealed);
    if (!plain)
        return not_readable("it was changed, or its end is missing");
    return std::move(*plain);
}

} // namespace forager::age
