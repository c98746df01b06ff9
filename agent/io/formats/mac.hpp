// Proof that somebody knows a secret, checked in a time that tells nothing of it. Used where callers are let in. Pure.
#pragma once

#include <string>
#include <string_view>

namespace forager {

/// HMAC-SHA256 as 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view message);

/// Whether the two are equal; how long it takes says nothing of where they differ, nor of their lengths.
bool same_secret(std::string_view a, std::string_view b);

} // namespace forager
