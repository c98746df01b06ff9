// What a store's refusals mean, as failures. Pure.
#pragma once

#include "clients/s3/documents.hpp"
#include "core/failure.hpp"

#include <string_view>

namespace forager::s3 {

/// An answer that is none: with the store's own words, and its `status` and `s3_code` in the details. Not found where
/// the object or the bucket is not, refused for all that stays as it is, unreachable for what may pass: only that is
/// worth another try. `about` is what was asked for: "put 'KEY'".
Failure refusal(std::string_view about, int status, const ErrorWords& words);

/// The store's own word for it ("NoSuchUpload"); empty for failures of another kind.
std::string code_of(const Failure& failure);

/// The status of the answer, 0 of failures without one.
int status_of(const Failure& failure);

} // namespace forager::s3
