// The SQLite file: opened, brought to the present form, and set aside when it is damaged. Used by the store on its own
// thread.
#pragma once

#include "core/failure.hpp"
#include "store/connection.hpp"

#include <SQLiteCpp/VariadicBind.h>

#include <memory>
#include <string>

namespace forager::store {

struct Opened {
    std::unique_ptr<Connection> database;
    std::string set_aside; ///< where a damaged file was put; empty: it was sound, or there was none
    std::string damage;    ///< what an operator must hear of what was there, in a sentence; empty: it was sound
};

/// Opens or makes the file at `path`, which only its owner can read then. A damaged one, and a log whose file is gone
/// or empty, are set aside first, and nothing of them is written. Failures: refused (a newer form, no permission, not
/// ours), limit (disk full).
Result<Opened> open_database(const std::string& path);

/// What SQLite says, as a failure: `limit` for a full disk, else `refused`.
Failure database_failure(const SQLite::Exception& error);

/// What is to blame for an error.
enum class Blame {
    statement, ///< what was asked for: a mistake in it, a constraint
    world,     ///< the disk or another program: may pass
    file,      ///< damage, which trying again does not cure
};

Blame blame_for(const SQLite::Exception& error);

/// Has the next `open_database` look at all of this file, and set it aside when it is damaged indeed.
void suspect(const std::string& path);

} // namespace forager::store
