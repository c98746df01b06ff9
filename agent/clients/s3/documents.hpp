// The XML that S3 speaks, both ways. Pure; the only place that knows the XML library.
#pragma once

#include "clients/s3/text.hpp"
#include "core/failure.hpp"
#include "ports/object_store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forager::s3 {

/// What a store says when it refuses.
struct ErrorWords {
    std::string code; ///< "NoSuchKey"; empty where the body is no such document
    std::string message;
    std::string region; ///< where the bucket is, of some
};

ErrorWords read_error(std::string_view body);

/// One part of an upload, as the store has it.
struct StoredPart {
    int number = 0;
    std::uint64_t size = 0;
    std::string etag;   ///< without quotes
    std::string sha256; ///< base64; empty where the store does not tell

    StoredPart() = default;
};

template <class T> struct Page {
    std::vector<T> items;
    Pairs next; ///< what the query for the next page has; empty: this was the last

    Page() = default;
};

/// What a finished upload and a copy are answered with.
struct Stored {
    std::string etag;   ///< without quotes
    std::string sha256; ///< base64; of parts base64-N; empty where the store does not tell
};

// Failures of all: refused, of a document that cannot be understood.
Result<ObjectPage> read_objects(std::string_view body);
Result<Page<StoredPart>> read_parts(std::string_view body);
Result<Page<UnfinishedUpload>> read_uploads(std::string_view body);
Result<std::string> read_upload_id(std::string_view body);
Result<Stored> read_stored(std::string_view body);

/// The first key that could not be removed, with the store's words; nothing when all are gone.
Result<std::optional<std::pair<std::string, ErrorWords>>> read_removal(std::string_view body);

/// The parts in the order of their numbers.
std::string completion(const std::vector<StoredPart>& parts);
std::string removal(const std::vector<std::string>& keys);

/// Where a bucket is to be made.
std::string location(std::string_view region);

std::string without_quotes(std::string_view etag);

} // namespace forager::s3
