// Whom the outcome of an invocation is told to, in its row. Used by the tables of records and of replies, on the
// store's thread.
#pragma once

#include "ports/replies.hpp"
#include "store/connection.hpp"

#include <string>

namespace forager::store {

/// Whether there is such an invocation.
bool set_reply(Connection& database, const std::string& id, const ReplyTo& to);

} // namespace forager::store
