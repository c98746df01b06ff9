// What a redirection makes of a request. Used by the client; pure.
#pragma once

#include "core/failure.hpp"
#include "io/http/headers.hpp"
#include "io/url.hpp"

#include <optional>
#include <string>

namespace forager::http {

/// One request of a chain of redirections.
struct Hop {
    std::string method = "GET";
    Url url;
    Headers headers;
    bool with_body = false;

    Hop() = default;
};

/// The request that an answer asks for, or nothing when the answer stands for itself. Failures: refused (from https to
/// http, or to a place that the web may not name).
Result<std::optional<Hop>> follow(const Hop& hop, int status, const std::string* location);

} // namespace forager::http
