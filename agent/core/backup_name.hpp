// How stored backups are called, so that whoever lists them later knows what they are of and when they were made; what
// is not called so was not made by an agent, and is left alone. Pure.
#pragma once

#include "base/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace forager {

enum class BackupKind { database, directory, sqlite };

/// "postgres", "directory", "sqlite": a folder's name.
std::string_view name_of(BackupKind kind);

/// What backups are of. Those of one origin are counted together and apart from all others.
struct BackupOrigin {
    BackupKind kind = BackupKind::database;
    std::string place; ///< the server, or the machine
    std::string name;  ///< the database, or the path
    bool operator==(const BackupOrigin&) const = default;
};

/// The folder of all backups of one origin: "PREFIX/PLACE/KIND/NAME/".
std::string backup_folder(std::string_view prefix, const BackupOrigin& origin);

struct BackupName {
    BackupOrigin origin;
    WallTime made{};    ///< in milliseconds
    std::string maker;  ///< tells whose it is, and those of one millisecond apart: letters and digits
    std::string suffix; ///< "dump", "tar.gz", "sqlite"
    bool encrypted = false;

    BackupName() = default;
    bool operator==(const BackupName&) const = default;
};

/// "backup_NAME_20261129T052635.123Z_MAKER.SUFFIX", with ".age" behind it where it is encrypted.
std::string file_name(const BackupName& name);

/// The whole key below `prefix`.
std::string key_of(std::string_view prefix, const BackupName& name);

/// Of a key below `prefix`; nothing when it is not called as ours are.
std::optional<BackupName> parse_backup_key(std::string_view prefix, std::string_view key);

} // namespace forager
