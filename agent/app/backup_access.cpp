#include "app/backup_access.hpp"

#include "app/store_access.hpp"
#include "base/ids.hpp"
#include "io/machine.hpp"

#include <utility>

namespace forager {

namespace {

constexpr std::size_t maker_length = 8;

std::string machine_of(const config::Settings& settings)
{
    return settings.agent.name.empty() ? machine_facts("/").name : settings.agent.name;
}

// One agent at a time has a state folder to itself; of commands there may be many.
std::string maker_of(const config::Settings& settings, Home home)
{
    if (home == Home::command)
        return {};
    return derived_id(machine_facts("/").name, settings.agent.state_dir).substr(0, maker_length);
}

BackupSettings settings_of(const config::Settings& settings, Home home)
{
    BackupSettings backup;
    const config::PostgresConfig& postgres = settings.postgres;
    backup.server = {postgres.host, postgres.port, postgres.user, postgres.password, postgres.database};
    backup.keep = postgres.backups;
    backup.bucket = settings.s3.bucket;
    backup.prefix = settings.backup.prefix;
    backup.local_dir = postgres.backup_dir.empty() ? settings.agent.state_dir + "/backups" : postgres.backup_dir;
    backup.machine = machine_of(settings);
    backup.maker = maker_of(settings, home);
    backup.key = settings.backup.encryption_key;
    return backup;
}

} // namespace

std::string why_no_backup(const config::Settings& settings)
{
    if (!settings.s3.endpoint.empty() && !settings.s3.bucket.empty())
        return why_no_store(settings);
    return "there is no object store to keep backups in: set [s3] endpoint and bucket, or AWS_S3_ENDPOINT and "
           "AWS_S3_BUCKET";
}

BackupSettingsAccess backup_access(const config::Settings& settings, Home home)
{
    return [&settings, home]() -> Result<BackupSettings> { return settings_of(settings, home); };
}

} // namespace forager
