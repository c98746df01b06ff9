// Encryption of streams in the format of age (age-encryption.org/v1) for X25519 keys, so that anybody can decrypt what
// was stored with a tool of every distribution. Pure; bytes go in piece by piece, bytes come out.
#pragma once

#include "core/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace forager::age {

/// What is encrypted for, or decrypted with.
struct Keys {
    std::vector<std::string> recipients; ///< 32 bytes each
    std::vector<std::string> identities; ///< secret ones; their recipients are among the others

    Keys() = default;
    bool can_decrypt() const { return !identities.empty(); }
};

/// Keys as `age-keygen` writes them, one a line: "age1…" (encrypts only) or "AGE-SECRET-KEY-1…"; lines that begin with
/// # are comments. Failures: bad_arguments, which never repeat what was read.
Result<Keys> read_keys(std::string_view text);

/// A new secret key, and the recipient that belongs to an identity, as text.
std::string new_identity();
std::string recipient_of(std::string_view identity);

class Encryption {
public:
    /// For all recipients of `keys`, at least one.
    explicit Encryption(const Keys& keys);

    /// What can be said by now of all that was added so far.
    std::string add(std::string_view plain);

    /// The rest; the end of this object's use.
    std::string finish();

private:
    std::string chunk(std::string_view plain, bool last);

    std::string out_; // the header, until the first bytes come
    std::string key_;
    std::string waiting_;
    std::uint64_t chunks_ = 0;
};

class Decryption {
public:
    explicit Decryption(Keys keys) : keys_{std::move(keys)} {}

    /// Plain bytes that are known to be right; what follows them may still be missing. Failures: refused (no key fits,
    /// the bytes were changed, or are not of this format).
    Result<std::string> add(std::string_view bytes);

    /// The last bytes. Failures: refused, also where the end is missing.
    Result<std::string> finish();

private:
    Result<bool> read_header();
    Result<std::string> chunk(std::string_view sealed, bool last);

    Keys keys_;
    std::string waiting_;
    std::string key_; // empty until the header was read
    std::uint64_t chunks_ = 0;
};

} // namespace forager::age
