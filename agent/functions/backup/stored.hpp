// What backups there are in the store: listed, found, removed.
#pragma once

#include "core/backup_name.hpp"
#include "core/backup_retention.hpp"
#include "functions/backup/request.hpp"
#include "functions/backup/work.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace forager::backup {

struct Found {
    BackupName name;
    StoredObject object;

    Found() = default;
};

/// Of one origin, or of all; what is not called as backups are is not among them. The newest first. Failures are those
/// of the store: a list is whole.
boost::asio::awaitable<Result<std::vector<Found>>> backups(const Work& work, std::optional<BackupOrigin> origin);

/// The one that is meant. Failures: not_found, with how to see what there is.
boost::asio::awaitable<Result<Found>> chosen(const Work& work, const Request& request);

/// For people and programs: key, filename, database, directory or sqlite, place, made, size, encrypted.
Object record_of(const Found& found);

/// Removes what the policy does not keep, local copies too; gives the files' names. `just_made`: a key, or empty.
boost::asio::awaitable<Result<std::vector<std::string>>> prune(const Work& work, BackupOrigin origin,
                                                               RetentionPolicy policy, std::string just_made);

/// Abandons uploads of this origin that were cut short: old ones, and those of this agent that it does not know of.
/// Also removes old unfinished files of the folder for local copies.
boost::asio::awaitable<Result<void>> abandon_leftovers(const Work& work, BackupOrigin origin);

/// Where the local copy of a file is.
std::string local_path(const BackupSettings& settings, const std::string& file);

} // namespace forager::backup
