#include "io/formats/age/header.hpp"

#include "base/text.hpp"
#include "io/formats/age/cipher.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/mac.hpp"

#include <utility>

namespace forager::age {

namespace {

constexpr std::string_view version_line = "age-encryption.org/v1\n";
constexpr std::string_view wrap_purpose = "age-encryption.org/v1/X25519";
constexpr std::string_view end_mark = "\n---";
constexpr std::size_t mac_length = 43; // of 32 bytes
constexpr std::size_t longest_header = std::size_t{64} * 1024;
const std::string no_nonce(nonce_size, '\0'); // each key seals once

std::string unpadded(std::string_view bytes)
{
    std::string text = to_base64(bytes);
    text.resize(text.find_last_not_of('=') + 1);
    return text;
}

std::optional<std::string> from_unpadded(std::string_view text)
{
    auto bytes = from_base64(std::string{text} + std::string((4 - text.size() % 4) % 4, '='));
    if (!bytes || text.ends_with('='))
        return {};
    return std::move(*bytes);
}

std::string mac_of(std::string_view file_key, std::string_view header)
{
    return hmac_sha256(derived_key(file_key, {}, "header"), header);
}

std::string stanza_for(std::string_view recipient, std::string_view file_key)
{
    const std::string once = random_bytes(key_size);
    const std::string share = public_half(once);
    const auto shared = shared_secret(once, recipient);
    // A recipient that is no point of the curve was refused when it was read.
    const std::string key = derived_key(shared.value(), share + std::string{recipient}, wrap_purpose);
    return "-> X25519 " + unpadded(share) + "\n" + unpadded(sealed(key, no_nonce, file_key)) + "\n";
}

// One stanza, if it is for this identity.
std::optional<std::string> unwrapped(std::string_view share_text, std::string_view body_text,
                                     const std::string& identity)
{
    const auto share = from_unpadded(share_text);
    const auto body = from_unpadded(body_text);
    if (!share || !body || share->size() != key_size || body->size() != file_key_size + tag_size)
        return {};
    const auto shared = shared_secret(identity, *share);
    if (!shared)
        return {};
    return opened(derived_key(*shared, *share + public_half(identity), wrap_purpose), no_nonce, *body);
}

std::optional<std::string> find_file_key(const std::vector<std::string_view>& lines, const Keys& keys)
{
    constexpr std::string_view ours = "-> X25519 ";
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
        if (!lines[i].starts_with(ours))
            continue;
        for (const std::string& identity : keys.identities)
            if (auto key = unwrapped(lines[i].substr(ours.size()), lines[i + 1], identity))
                return key;
    }
    return {};
}

} // namespace

Failure not_readable(std::string_view why)
{
    return {Errc::refused, "cannot decrypt: " + std::string{why}};
}

std::string header_for(const std::vector<std::string>& recipients, std::string_view file_key)
{
    std::string header{version_line};
    for (const std::string& recipient : recipients)
        header += stanza_for(recipient, file_key);
    header += "---";
    return header + " " + unpadded(mac_of(file_key, header)) + "\n";
}

Result<std::optional<Header>> read_header(std::string_view bytes, const Keys& keys)
{
    if (!bytes.starts_with(version_line.substr(0, bytes.size())))
        return not_readable("this was not encrypted with age");
    const auto mark = bytes.find(end_mark);
    const std::size_t signed_size = mark + end_mark.size();
    if (mark == std::string_view::npos || bytes.size() < signed_size + mac_length + 2) {
        if (bytes.size() > longest_header)
            return not_readable("its header has no end");
        return std::optional<Header>{};
    }
    auto file_key = find_file_key(split(bytes.substr(0, mark), '\n'), keys);
    if (!file_key)
        return not_readable("it was encrypted for another key than the one that is configured");
    const auto mac = from_unpadded(bytes.substr(signed_size + 1, mac_length));
    const bool closed = bytes[signed_size] == ' ' && bytes[signed_size + 1 + mac_length] == '\n';
    if (!closed || !mac || !same_secret(*mac, mac_of(*file_key, bytes.substr(0, signed_size))))
        return not_readable("its header was changed");
    return std::optional{Header{signed_size + mac_length + 2, std::move(*file_key)}};
}

} // namespace forager::age
