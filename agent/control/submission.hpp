// What clients ask for, read from the bodies of their requests.
#pragma once

#include "control/sessions.hpp"
#include "io/http/server/served_request.hpp"
#include "ports/clock.hpp"
#include "ports/queue.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace forager::control {

/// The work that a request asks for. Failures: bad_arguments, naming the field.
Result<Submission> submission_in(const http::ServedRequest& request, const Clock& clock);

struct SentSignal {
    std::string event;
    Value value;
};

/// The session that it opens. Failures: bad_arguments.
Result<Sessions::Wanted> session_in(const http::ServedRequest& request);

struct SessionInput {
    std::string text;
    std::int64_t line = 1;
};

/// The input that it wants to be run. Failures: bad_arguments.
Result<SessionInput> input_in(const http::ServedRequest& request);

struct SentDocument {
    Object document;
    bool force = false; ///< new replicas without another reason
};

/// The document that it sends. Failures: bad_arguments.
Result<SentDocument> document_in(const http::ServedRequest& request);

/// The generation that it wants to go back to; nothing: the one before. Failures: bad_arguments.
Result<std::optional<std::int64_t>> generation_in(const http::ServedRequest& request);

/// The signal that it sends. Failures: bad_arguments.
Result<SentSignal> signal_in(const http::ServedRequest& request);

} // namespace forager::control
