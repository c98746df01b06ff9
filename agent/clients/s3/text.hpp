// Text as the protocol of S3 wants it: percent-encoded, and its three ways to write a moment. Pure.
#pragma once

#include "base/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forager::s3 {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Percent-encoded, but for its slashes.
std::string encoded_key(std::string_view key);

/// What %XX stands for; what is no such thing stays.
std::string decoded(std::string_view text);

/// "a=1&b=", encoded and in the order that signatures want.
std::string canonical_query(const Pairs& query);

/// "20130524T000000Z"
std::string basic_time(WallTime time);

/// "Fri, 24 May 2013 00:00:00 GMT"; nothing for what is not.
std::optional<WallTime> parse_http_time(std::string_view text);

/// "2013-05-24T00:00:00.000Z", with or without the fraction, which is dropped; nothing for what is not.
std::optional<WallTime> parse_iso_time(std::string_view text);

} // namespace forager::s3
