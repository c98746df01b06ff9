// The tables, and how a file of an older version becomes one of this. Used by whoever opens the file.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

namespace forager::store {

/// The form of the file that this program writes. Older ones are brought to it, newer ones refused.
inline constexpr int schema_version = 6;

/// Brings the tables from one version to a later one, in the transaction that the caller has begun.
void migrate(SQLite::Database& database, int from, int to = schema_version);

} // namespace forager::store
