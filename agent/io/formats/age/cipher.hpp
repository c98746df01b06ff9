// The few operations that age is made of, over OpenSSL. Used by this folder alone.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace forager::age {

inline constexpr std::size_t tag_size = 16; ///< what sealing adds
inline constexpr std::size_t key_size = 32;
inline constexpr std::size_t nonce_size = 12;

/// Bytes that nobody can guess.
std::string random_bytes(std::size_t count);

/// HKDF-SHA-256, 32 bytes.
std::string derived_key(std::string_view secret, std::string_view salt, std::string_view purpose);

/// ChaCha20-Poly1305 without further data.
std::string sealed(std::string_view key, std::string_view nonce, std::string_view plain);
std::optional<std::string> opened(std::string_view key, std::string_view nonce, std::string_view sealed);

/// X25519: the public half of a secret key; and what two share, nothing when the other's half is none.
std::string public_half(std::string_view secret);
std::optional<std::string> shared_secret(std::string_view secret, std::string_view other);

} // namespace forager::age
