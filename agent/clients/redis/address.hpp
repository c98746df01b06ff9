// Where a Redis server is, and who the agent is to it. Pure. Source: the URI schemes "redis" and "rediss" as IANA has
// them registered.
#pragma once

#include "base/secret.hpp"
#include "core/failure.hpp"
#include "io/url.hpp"

#include <string>
#include <string_view>

namespace forager::redis {

struct Address {
    Url place; ///< http for plain TCP, https for TLS, unix for a local socket
    std::string user;
    std::string password; ///< shown by nothing
    int database = 0;

    /// The server for messages: without user and password.
    std::string shown() const;
};

/// redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE], rediss:// with TLS, unix:///PATH[?db=DATABASE]. Failures:
/// bad_arguments, with a sentence that never repeats a password.
Result<Address> parse_address(std::string_view text);

} // namespace forager::redis
