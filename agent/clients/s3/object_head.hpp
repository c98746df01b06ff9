// What a store keeps beside an object's content: written when it is put, read when it is got. Pure.
#pragma once

#include "clients/s3/text.hpp"
#include "core/failure.hpp"
#include "io/http/client.hpp"
#include "ports/object_store.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace forager::s3 {

/// Failures: bad_arguments, of a key that none can be.
Result<void> check_key(std::string_view key);

/// Of an upload, without a checksum. Failures: bad_arguments, of metadata that cannot be sent.
Result<http::Headers> headers_of(const PutOptions& options);

/// Beside the content: its checksum, as hexadecimal digits.
void tell_sha256(http::Headers& headers, std::string sha256);

/// Beside content in parts that is checked by them: `PartPlan::for_stream` of so many bytes.
void tell_parts(http::Headers& headers, std::uint64_t part_size);

struct ObjectHead {
    StoredObject object;         ///< its size is the answer's, which may be that of a range
    std::uint64_t part_size = 0; ///< as `tell_parts` was told; 0: nobody was
    std::string parts_sha256;    ///< the store's checksum of the parts' checksums, base64-N; may be empty

    ObjectHead() = default;
};

ObjectHead head_of(std::string key, const http::Response& answer);

} // namespace forager::s3
