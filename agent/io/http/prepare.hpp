// Checks a request as its caller wrote it, and writes the head that goes to the server. Used by the client; pure.
#pragma once

#include "core/failure.hpp"
#include "io/http/client.hpp"
#include "io/http/redirect.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace forager::http {

/// The first request of a chain. Failures: bad_arguments.
Result<Hop> prepare(const Request& request);

/// Request line and headers with the empty line after them. `length`: of the body, when there is one.
std::string head_text(const Hop& hop, std::optional<std::uint64_t> length, std::string_view user_agent);

/// Whether sending it twice means no more than sending it once (RFC 9110, 9.2.2).
bool is_idempotent(std::string_view method);

} // namespace forager::http
