// Submissions that become rows of the table of invocations, each once. Used by the table of records, on the store's
// thread.
#pragma once

#include "ports/records.hpp"
#include "store/connection.hpp"

#include <optional>
#include <string>
#include <utility>

namespace forager::store {

/// What was accepted under the submission's idempotency key. Throws `JobRefused` when that is other work. `request`:
/// the sealed request of the submission.
std::optional<QueueEntry> accepted_before(Connection& database, const Submission& submission,
                                          const std::string& request);

/// The same, or a new row (true). Throws `JobRefused` for an id that is taken, too.
std::pair<QueueEntry, bool> accept(Connection& database, const Submission& submission, const std::string& request,
                                   WallTime now);

} // namespace forager::store
