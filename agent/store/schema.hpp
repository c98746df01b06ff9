// The tables, and how a file of an older version becomes one of this. Used by whoever opens the file.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

namespace forager::store {

/// Brings the tables from this version to the present one, in the transaction that the caller has begun.
void migrate(SQLite::Database& database, int from);

} // namespace forager::store
