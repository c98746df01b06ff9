// The JSON around every call of a Colonies server: what was asked, the payload in base64, the signature over it. Pure.
// Facts: Colonies v1.9.12, its rpc package.
#pragma once

#include "clients/colonies/key.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace forager::colonies {

/// How deeply a reply may be nested.
inline constexpr std::size_t reply_nesting = 1000;

/// What is asked, as JSON: `payload` with the call's name as `msgtype`. Failures: bad_arguments for a number that JSON
/// cannot carry, naming its path.
Result<std::string> request_text(std::string_view call, Object payload);

/// The body of a request for `text`. Without a key it stays unsigned, which two calls allow. The same text and key make
/// the same body.
std::string body_around(std::string_view call, std::string_view text, const std::optional<PrivateKey>& key);

/// Both.
Result<std::string> request_body(std::string_view call, Object payload, const std::optional<PrivateKey>& key);

/// The payload of a reply: an empty object, null or a list, too. The reply's own words decide, not the HTTP status: a
/// server of several forwards refusals with status 200. Of two JSON values in one body the first one counts. Failures:
/// see `refused_by_server` and `nonsense_from_server`.
Result<Value> reply_payload(std::string_view call, int http_status, std::string_view body);

} // namespace forager::colonies
