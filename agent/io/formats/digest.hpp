// Checksums of bytes and of files. Used by primitives on the blocking pool; a file may take long.
#pragma once

#include "core/failure.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace forager {

enum class Digest { md5, sha1, sha256, sha512, sha3_256 };

/// "sha256", "sha3-256", …; nothing for other words.
std::optional<Digest> digest_named(std::string_view name);

/// Takes bytes piece by piece.
class Digester {
public:
    explicit Digester(Digest digest);
    ~Digester();

    void add(std::string_view bytes);

    /// The checksum as bytes; the end of this object's use.
    std::string finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The checksum as bytes.
std::string digest(Digest digest, std::string_view bytes);

/// The checksum of a file's content as bytes, read in pieces. Blocks. Fails with `not_found` and `refused`, and with
/// `cancelled` soon after `stop` became true.
Result<std::string> digest_file(Digest digest, const std::string& path, const std::atomic<bool>* stop = nullptr);

} // namespace forager
