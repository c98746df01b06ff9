// What a call of the family asks for, read from its arguments. Pure.
#pragma once

#include "core/backup_name.hpp"
#include "core/backup_retention.hpp"
#include "core/failure.hpp"
#include "core/invocation.hpp"
#include "functions/backup/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace forager::backup {

struct Request {
    BackupOrigin origin;
    postgres::Server server; ///< of a database
    std::string path;        ///< of a directory or a SQLite file
    std::vector<std::string> exclude;
    bool allow_changes = false;
    RetentionPolicy retention;
    bool local_copy = false;
    std::optional<bool> encrypt; ///< nothing: if there is a key
    bool verify = false;
    bool restore_test = false;
    bool prune = true;
    std::string file;     ///< which backup: its key, or its file's name; empty: the newest
    std::string checksum; ///< "sha256:HEX" that the stored bytes must have; empty: not known
    std::string into;     ///< the database, folder or file that a restore makes
    bool clean = false;   ///< a restore may replace what is there
    bool no_owner = false;

    Request() = default;
};

/// Failures: bad_arguments; refused where a database is meant and none is configured.
Result<Request> backup_request(const Invocation& invocation, const BackupSettings& settings);
Result<Request> restore_request(const Invocation& invocation, const BackupSettings& settings);
Result<Request> verify_request(const Invocation& invocation, const BackupSettings& settings);
Result<Request> prune_request(const Invocation& invocation, const BackupSettings& settings);

/// Nothing: of all origins.
Result<std::optional<BackupOrigin>> list_request(const Invocation& invocation, const BackupSettings& settings);

} // namespace forager::backup
