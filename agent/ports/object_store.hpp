// A bucket of objects as primitives and functions see it. Implemented by a client for each kind of store.
//
// Whatever is put is there whole or not at all, and what was read is what was put: both ways are verified where the
// store knows a checksum. Transfers hold a few parts in memory, whatever the size. All calls try again, within limits,
// what may go well later, and throw `operation_aborted` when cancelled; what they began is then abandoned.
// Failures of all: not_found (the bucket, the object), refused (the key, the store's no), unreachable, timed_out, limit
// (too large for the store), bad_arguments (a key that none can be).
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forager {

/// Bytes that come piece by piece.
class ByteSource {
public:
    virtual ~ByteSource() = default;

    /// One to `most` bytes as they come, none at the end. What it fails with reaches who reads.
    virtual boost::asio::awaitable<Result<std::string>> read(std::size_t most) = 0;
};

/// Takes bytes piece by piece; who writes waits while it takes them.
class ByteSink {
public:
    virtual ~ByteSink() = default;
    virtual boost::asio::awaitable<Result<void>> write(std::string bytes) = 0;
};

struct StoredObject {
    std::string key;
    std::uint64_t size = 0;
    std::string etag; ///< the store's own, without quotes
    std::optional<WallTime> modified;
    std::string sha256;       ///< of the whole content, lower-case hex; empty where the store was not told it
    std::string content_type; ///< empty in listings
    std::vector<std::pair<std::string, std::string>> metadata; ///< names in lower case; none in listings

    StoredObject() = default;
};

struct ObjectPage {
    std::vector<StoredObject> objects;
    std::vector<std::string> folders; ///< what the keys below the prefix go on with, up to and with the delimiter
    std::string next;                 ///< where the next page begins; empty: this was the last

    ObjectPage() = default;
};

/// An upload in parts that nobody ended: its parts take room until it is abandoned.
struct UnfinishedUpload {
    std::string key;
    std::string id;
    std::optional<WallTime> begun;

    UnfinishedUpload() = default;
};

/// Hears how far a transfer has come, on the strand; `whole` is not known for streams.
using TransferProgress = std::function<void(std::uint64_t done, std::optional<std::uint64_t> whole)>;

struct PutOptions {
    std::string content_type = "application/octet-stream";
    std::vector<std::pair<std::string, std::string>> metadata; ///< kept beside the object; visible ASCII
    std::string sha256; ///< what the content must be, as lower-case hex; empty: not known before
    TransferProgress progress;

    PutOptions() = default;
};

struct GetOptions {
    std::string sha256; ///< what the content must be; empty: what the store was told, if anything
    TransferProgress progress;

    GetOptions() = default;
};

class ObjectStore {
public:
    virtual ~ObjectStore() = default;

    /// Where it is, for messages: "ENDPOINT/BUCKET".
    virtual std::string place() const = 0;

    /// Another bucket of the same store, which lives as long as this one; an empty name is this one's. Failures:
    /// bad_arguments (no bucket's name).
    virtual Result<ObjectStore*> bucket(std::string_view name) = 0;

    /// Makes the bucket if there is none.
    virtual boost::asio::awaitable<Result<void>> make_bucket() = 0;

    /// All of `bytes` as one object. The result tells what was stored, its `sha256` always.
    virtual boost::asio::awaitable<Result<StoredObject>> put(std::string key, std::string bytes,
                                                             PutOptions options) = 0;

    /// What `bytes` gives until its end, of unknown size; its failure is the result, and then there is no object.
    virtual boost::asio::awaitable<Result<StoredObject>> put_stream(std::string key, ByteSource& bytes,
                                                                    PutOptions options) = 0;

    /// A local file, large ones in several parts at once; an upload of the same file to the same key that was cut short
    /// by the agent's end goes on. Also refused: a file that changed meanwhile.
    virtual boost::asio::awaitable<Result<StoredObject>> put_file(std::string key, std::string path,
                                                                  PutOptions options) = 0;

    /// The object, piece by piece. A sink's failure is the result. What does not fit its checksum is told at the end,
    /// as `refused`: until then nothing that the sink took is known to be right.
    virtual boost::asio::awaitable<Result<StoredObject>> get_stream(std::string key, ByteSink& sink,
                                                                    GetOptions options) = 0;

    /// Into a local file, complete, verified and flushed, or not at all; large ones in several ranges at once. What was
    /// cut short by the agent's end goes on where it was.
    virtual boost::asio::awaitable<Result<StoredObject>> get_file(std::string key, std::string path,
                                                                  GetOptions options) = 0;

    /// What is known without the content.
    virtual boost::asio::awaitable<Result<StoredObject>> head(std::string key) = 0;

    /// One page of the keys that begin with `prefix`, in their byte order, from `next` of the page before on.
    /// `delimiter`: keys that have it behind the prefix are told as one folder; empty: none is.
    virtual boost::asio::awaitable<Result<ObjectPage>> list(std::string prefix, std::string next,
                                                            std::string delimiter) = 0;

    /// Harmless when there is none.
    virtual boost::asio::awaitable<Result<void>> remove(std::string key) = 0;

    /// Any number of them. The failure names the first that could not be removed; others are gone all the same.
    virtual boost::asio::awaitable<Result<void>> remove_all(std::vector<std::string> keys) = 0;

    /// Within the bucket, by the store itself.
    virtual boost::asio::awaitable<Result<StoredObject>> copy(std::string from, std::string to) = 0;

    /// An address with which anybody may do this one thing for so long, at most seven days. Made without asking.
    virtual Result<std::string> presign(std::string_view method, std::string_view key, Duration lifetime) = 0;

    virtual boost::asio::awaitable<Result<std::vector<UnfinishedUpload>>> unfinished(std::string prefix) = 0;
    virtual boost::asio::awaitable<Result<void>> abandon(UnfinishedUpload upload) = 0;
};

} // namespace forager
