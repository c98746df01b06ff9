// Bytes on their way into the store and back: encrypted where there is a key, counted, and summed up as they are
// stored.
#pragma once

#include "io/formats/age/age.hpp"
#include "io/formats/digest.hpp"
#include "ports/object_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace forager::backup {

/// Hands on what it is given, and knows how much that was.
class SummingSink final : public ByteSink {
public:
    explicit SummingSink(ByteSink& next) : next_{next} {}

    boost::asio::awaitable<Result<void>> write(std::string bytes) override;

    std::uint64_t size() const { return size_; }

    /// SHA-256 as lower-case hex; once, at the end.
    std::string sha256();

private:
    ByteSink& next_;
    std::uint64_t size_ = 0;
    Digester digester_{Digest::sha256};
};

/// Encrypts with `keys`, which may be null: then the bytes go through as they are.
class SealingSink final : public ByteSink {
public:
    SealingSink(const age::Keys* keys, ByteSink& next);

    boost::asio::awaitable<Result<void>> write(std::string bytes) override;

    /// The last bytes.
    boost::asio::awaitable<Result<void>> finish();

    std::uint64_t size() const { return size_; } ///< of the plain bytes

private:
    std::optional<age::Encryption> encryption_;
    ByteSink& next_;
    std::uint64_t size_ = 0;
};

/// The way back. It holds back the last bytes until `finish`: who reads them knows then that all was right.
class OpeningSink final : public ByteSink {
public:
    OpeningSink(const age::Keys* keys, ByteSink& next);

    boost::asio::awaitable<Result<void>> write(std::string bytes) override;
    boost::asio::awaitable<Result<void>> finish();

    std::uint64_t size() const { return size_; } ///< of the plain bytes

private:
    boost::asio::awaitable<Result<void>> hand_on(std::string plain);

    std::optional<age::Decryption> decryption_;
    ByteSink& next_;
    std::string held_;
    std::uint64_t size_ = 0;
};

} // namespace forager::backup
