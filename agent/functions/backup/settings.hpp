// What the family backup is told by the configuration.
#pragma once

#include "base/secret.hpp"
#include "core/failure.hpp"
#include "primitives/postgres/server.hpp"

#include <cstddef>
#include <functional>
#include <string>

namespace forager {

struct BackupSettings {
    postgres::Server server; ///< without a host: there is none, unless the call names it
    std::size_t keep = 7;    ///< backups of each origin
    std::string bucket;
    std::string prefix = "backups"; ///< of all keys
    std::string local_dir;          ///< for local copies, and for what cannot be streamed
    std::string machine;            ///< its name in keys
    std::string maker; ///< eight letters or digits that no other running agent has; empty: a command's, one of many
    Secret key;        ///< of age; empty: backups are not encrypted

    BackupSettings() = default;
};

/// Read when a function is called. Failures: those of the configuration.
using BackupSettingsAccess = std::function<Result<BackupSettings>()>;

} // namespace forager
