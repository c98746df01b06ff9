// Whether a request may be answered: the token it shows, and whether a web page of somebody else has sent it. Used by
// [http] and its hooks. Pure.
#pragma once

#include "base/secret.hpp"
#include "io/http/headers.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace forager::http {

/// What stands in "Authorization: Bearer …".
std::optional<std::string> bearer_token(const Headers& headers);

/// Whether the bearer token is this one, which is not empty; compared in constant time.
bool shows_token(const Headers& headers, const Secret& token);

/// "localhost", "127.0.0.1:7080", "[::1]:80": a name that no foreign name server can give to this machine.
bool is_loopback_name(std::string_view host);

/// False for what a browser sends on behalf of a page from elsewhere, be it under a name that was pointed at this
/// machine (DNS rebinding) or openly across sites.
bool is_meant_for_loopback(const Headers& headers);

} // namespace forager::http
