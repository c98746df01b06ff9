// Copies of SQLite databases that others use meanwhile. Blocks: for the pool.
#pragma once

#include "core/failure.hpp"

#include <atomic>
#include <string>

namespace forager::sqlite {

/// Copies the database as it is at one moment into the new file `to`, by SQLite's own way for databases in use.
/// Failures: not_found, refused (no database, damaged, in use for too long), limit (no room), cancelled soon after
/// `stop` became true. After a failure `to` is not there.
Result<void> snapshot(const std::string& from, const std::string& to, const std::atomic<bool>& stop);

/// Reads all of it, and says whether it is whole. Failures: refused, with what is wrong.
Result<void> check(const std::string& path);

} // namespace forager::sqlite
