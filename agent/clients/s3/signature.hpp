// Signatures of version 4, with which a store knows who asks. Pure.
#pragma once

#include "base/secret.hpp"
#include "base/time.hpp"
#include "clients/s3/text.hpp"
#include "io/http/headers.hpp"

#include <string>
#include <string_view>

namespace forager::s3 {

struct Credentials {
    std::string access_key;
    Secret secret_key;
    bool operator==(const Credentials&) const = default;
};

/// What is signed of a request.
struct Signable {
    std::string method;
    std::string host; ///< as its header has it
    std::string path; ///< encoded, from the first slash on
    Pairs query;
    http::Headers headers; ///< all that are signed beside the host

    Signable() = default;
};

/// The SHA-256 of no bytes at all, as hexadecimal digits.
inline constexpr std::string_view sha256_of_nothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The same headers with those that say when, what (`sha256` of the body, as hexadecimal digits) and by whom.
http::Headers signed_headers(Signable request, std::string_view sha256, const Credentials& who, std::string_view region,
                             WallTime now);

/// The query of an address that anybody may use for `lifetime`; of `request` the headers are not looked at.
std::string presigned_query(Signable request, const Credentials& who, std::string_view region, WallTime now,
                            Duration lifetime);

} // namespace forager::s3
