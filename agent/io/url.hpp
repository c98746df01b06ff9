// A URL taken apart: http://, https://, and unix:/path.sock:/target for servers on a local socket. Used by the HTTP
// client and by whoever configures a peer. Pure.
#pragma once

#include "core/failure.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace forager {

struct Url {
    std::string scheme;                  ///< http, https or unix
    std::string host;                    ///< lower case; an IPv6 literal without its brackets; unix: the socket's path
    std::uint16_t port = 0;              ///< 0 for unix
    std::string target = "/";            ///< path and query as they are sent: ASCII, percent-encoded
    std::optional<std::string> userinfo; ///< decoded, "user:password"; shown by no function below

    bool operator==(const Url&) const = default;

    /// host[:port] as the Host header has it: the scheme's usual port is left out, IPv6 literals stand in brackets.
    std::string authority() const;

    /// host:port, always with the port; for local sockets the path. For messages about connections.
    std::string peer() const;

    /// The whole URL without userinfo.
    std::string text() const;

    /// As `text()`, and without the query, which often carries tokens: for messages.
    std::string shown() const;

    bool same_origin(const Url& other) const;
};

/// Spaces and bytes outside ASCII in path and query are percent-encoded; the fragment is dropped. Failures:
/// bad_arguments, with a sentence that never repeats a password.
Result<Url> parse_url(std::string_view text);

/// What `reference` (absolute or relative, as a Location header has it) means beside `base`.
Result<Url> resolve(const Url& base, std::string_view reference);

/// Every byte but letters, digits and "-._~" as %XX: for one segment of a path, and for names and values of a query.
std::string percent_encoded(std::string_view text);

} // namespace forager
