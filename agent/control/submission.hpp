// What clients ask for, read from the bodies of their requests.
#pragma once

#include "io/http/server/served_request.hpp"
#include "ports/clock.hpp"
#include "ports/queue.hpp"

namespace forager::control {

/// The request's body as an object, empty where there is none. Failures: bad_arguments.
Result<Object> body_of(const http::ServedRequest& request);

/// The work that a request asks for. Failures: bad_arguments, naming the field.
Result<Submission> submission_in(const http::ServedRequest& request, const Clock& clock);

} // namespace forager::control
