// How the API server says no. Pure.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace forager::kubernetes {

/// An answer of status 400 and above, with the server's own words: bad_arguments (400, 422), not_found (404), refused.
/// `status`, `reason` ("AlreadyExists", "Conflict", "Expired" …) and, where it was told, `retry_after` in seconds are
/// in the details. `asked` names the question where the server says nothing. `retry_after`: the header of that name.
Failure refusal(std::string_view asked, int status, std::string_view body, const std::string* retry_after = nullptr);

/// The same for a Status object that came otherwise: in a watch, at the end of a command.
Failure refusal(std::string_view asked, const Object& status);

/// The status of a refusal, 0 for other failures.
int status_of(const Failure& failure);

/// Its reason, empty for other failures.
std::string reason_of(const Failure& failure);

/// How long the server wants to be left alone.
std::optional<Duration> pause_of(const Failure& failure);

/// Whether what was asked about, a version or the next page, is too old to be known.
bool is_expired(const Failure& failure);

} // namespace forager::kubernetes
