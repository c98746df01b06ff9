// The family backup: dumps of databases, folders and SQLite files in the object store.
#pragma once

#include "functions/backup/settings.hpp"
#include "io/pool.hpp"
#include "ports/clock.hpp"
#include "ports/process_runner.hpp"
#include "ports/store_access.hpp"
#include "runtime/registry.hpp"

namespace forager {

/// What the family stands on; all of it outlives the registry.
struct BackupGround {
    Clock& clock;
    BlockingPool& pool;
    ProcessRunner& processes;
    const StoreAccess& store;
    const BackupSettingsAccess& settings;
};

void add_backup(Registry& registry, BackupGround ground);

} // namespace forager
