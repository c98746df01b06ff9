// What clients ask for, read from the bodies of their requests.
#pragma once

#include "io/http/server/served_request.hpp"
#include "ports/clock.hpp"
#include "ports/queue.hpp"

#include <string>

namespace forager::control {

/// The work that a request asks for. Failures: bad_arguments, naming the field.
Result<Submission> submission_in(const http::ServedRequest& request, const Clock& clock);

struct SentSignal {
    std::string event;
    Value value;
};

/// The signal that it sends. Failures: bad_arguments.
Result<SentSignal> signal_in(const http::ServedRequest& request);

} // namespace forager::control
