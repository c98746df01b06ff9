// Rows of the table of invocations as values. Used by the table of records, on the store's thread.
#pragma once

#include "ports/records.hpp"
#include "store/connection.hpp"

#include <optional>
#include <string>
#include <vector>

namespace forager::store {

/// What has not ended, in the order of its acceptance.
std::vector<QueueEntry> open_entries(Connection& database);

/// Of the invocation that has this id, or was accepted under this key.
std::optional<QueueEntry> entry_of_id(Connection& database, const std::string& id);
std::optional<QueueEntry> entry_of_key(Connection& database, const std::string& idempotency_key);

/// Throw `JobRefused` for what cannot be read.
std::optional<Record> read_record(Connection& database, const std::string& id);
std::vector<Record> read_records(Connection& database, const RecordFilter& filter);
Object request_in(const SQLite::Column& column);

/// Gives it its end, unless it has one.
void end_record(Connection& database, const std::string& id, const Outcome& outcome, WallTime now);

} // namespace forager::store
