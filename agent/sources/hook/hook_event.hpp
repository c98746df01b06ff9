// What a hook's handler gets of a request, and what the caller gets of the handler's value. Used by the hooks' source.
// Pure.
#pragma once

#include "core/outcome.hpp"
#include "io/http/server/reply.hpp"
#include "io/http/server/served_request.hpp"

namespace forager {

/// method, path, params, query (the first value of each name), headers (names in lower case, repeated ones joined by
/// ", ") and body.
Value hook_event(http::ServedRequest request, Object params);

/// Nothing is a 204, text a 200, other data a 200 as JSON; a table with `status` says all itself, with `headers`, and
/// `body` or `json`. Failures: bad_arguments, saying what is wrong with such a table.
Result<http::Reply> hook_reply(const Value& value);

/// Tells nothing of what went wrong inside; the caller's own mistakes (`bad_arguments`) are told.
http::Reply hook_failure_reply(const Failure& failure);

} // namespace forager
