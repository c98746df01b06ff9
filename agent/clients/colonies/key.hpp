// Who somebody is in a colony: a private key on the curve secp256k1, the id that follows from it, and signatures with
// it. Used by whoever calls a Colonies server. Facts: Colonies v1.9.12, its library's crypto package.
#pragma once

#include "core/failure.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace forager::colonies {

/// A private key. Copies share the same 32 bytes, which are wiped when the last one goes. It cannot be printed.
class PrivateKey {
public:
    /// From 64 hexadecimal digits in either case, blanks around them ignored. Failures: bad_arguments, never repeating
    /// the text.
    static Result<PrivateKey> from_hex(std::string_view text);

    /// A new one, from the machine's own randomness. Throws std::runtime_error where it has none.
    static PrivateKey generate();

    /// SHA3-256 over the 130 hexadecimal digits of the uncompressed public key, as 64 digits.
    const std::string& id() const;

    /// The key itself as 64 digits, for the one who keeps it in a file.
    std::string reveal() const;

    /// The deterministic signature (RFC 6979) of the text's SHA3-256: r, s and the recovery id as 130 digits.
    std::string sign(std::string_view text) const;

private:
    class Bytes;
    explicit PrivateKey(std::shared_ptr<const Bytes> bytes);
    std::shared_ptr<const Bytes> bytes_;
};

/// The id of who signed, as the server finds it. A text that was changed gives another id, not a failure. Failures:
/// refused, with what is wrong with the signature.
Result<std::string> recover_id(std::string_view text, std::string_view signature);

} // namespace forager::colonies
