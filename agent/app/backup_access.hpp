// What the settings say of backups, for commands and for the agent.
#pragma once

#include "app/home.hpp"
#include "config/config.hpp"
#include "functions/backup/settings.hpp"

#include <string>

namespace forager {

/// Why no backup can be stored. Empty: one may be.
std::string why_no_backup(const config::Settings& settings);

/// `settings` must outlive it.
BackupSettingsAccess backup_access(const config::Settings& settings, Home home);

} // namespace forager
