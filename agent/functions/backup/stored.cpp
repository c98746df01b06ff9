#include "functions/backup/stored.hpp"

#include "base/timestamp.hpp"
#include "io/left_files.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <tuple>
#include <utility>

#include <unistd.h>

namespace forager::backup {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Duration longest_upload = 24h;                      // of somebody else: what is older was cut short
constexpr std::string_view unfinished_file = ".forager-";     // what names of such begin with
constexpr std::string_view scratch_file = ".forager-backup-"; // of those that are not locked

std::string file_of(const std::string& key)
{
    return key.substr(key.find_last_of('/') + 1);
}

bool newest_first(const Found& a, const Found& b)
{
    return std::tie(a.name.made, a.object.key) > std::tie(b.name.made, b.object.key);
}

bool is_left_over(const Work& work, const UnfinishedUpload& upload)
{
    const auto name = parse_backup_key(work.settings.prefix, upload.key);
    if (!name || work.uploading.contains(upload.key))
        return false;
    const bool own = !work.settings.maker.empty() && name->maker.starts_with(work.settings.maker);
    return own || work.clock.wall() - upload.begun.value_or(name->made) > longest_upload;
}

// Of those who were killed: what they were writing is free, but for scratch files, which nobody holds.
bool is_unfinished(const LeftFile& file)
{
    return !file_of(file.path).starts_with(scratch_file) || file.age > longest_upload;
}

// Whole dumps that the store was not there to take.
std::vector<StoredBackup> only_here(const BackupSettings& settings, const BackupOrigin& origin,
                                    const std::set<std::string>& stored)
{
    namespace fs = std::filesystem;
    std::vector<StoredBackup> here;
    std::error_code ignored;
    for (fs::directory_iterator entry{settings.local_dir, ignored}, end; !ignored && entry != end;
         entry.increment(ignored)) {
        std::string key = backup_folder(settings.prefix, origin) + entry->path().filename().string();
        const auto name = parse_backup_key(settings.prefix, key);
        if (name && !stored.contains(key))
            here.push_back({std::move(key), name->made, 1});
    }
    return here;
}

// As if it were one more in the store.
bool is_superfluous(const StoredBackup& one, std::vector<StoredBackup> stored, const RetentionPolicy& policy,
                    WallTime now, const std::string& just_made)
{
    stored.push_back(one);
    const auto gone = superfluous(std::move(stored), policy, now, just_made);
    return std::ranges::find(gone, one.key) != gone.end();
}

asio::awaitable<void> prune_local(const Work& work, BackupOrigin origin, std::vector<StoredBackup> stored,
                                  RetentionPolicy policy, std::string just_made)
{
    std::set<std::string> keys;
    for (const StoredBackup& one : stored)
        keys.insert(one.key);
    auto look = [&] { return only_here(work.settings, origin, keys); };
    for (const StoredBackup& one : co_await work.pool.run(look)) {
        if (!is_superfluous(one, stored, policy, work.clock.wall(), just_made))
            continue;
        (void)::unlink(local_path(work.settings, file_of(one.key)).c_str());
        work.say("removed the local " + file_of(one.key));
    }
}

Failure none_there(const Work& work, const Request& request)
{
    const std::string which =
        request.file.empty() ? "backup of " + request.origin.name : "backup '" + request.file + "'";
    return {Errc::not_found,
            "there is no " + which + " in " + work.store.place() + "; 'forager call backup.list' shows what there is"};
}

} // namespace

std::string local_path(const BackupSettings& settings, const std::string& file)
{
    return settings.local_dir + "/" + file;
}

asio::awaitable<Result<std::vector<Found>>> backups(const Work& work, std::optional<BackupOrigin> origin)
{
    const std::string& prefix = work.settings.prefix;
    const std::string all = prefix.empty() ? "" : prefix + "/";
    const std::string folder = origin ? backup_folder(prefix, *origin) : all;
    std::vector<Found> found;
    std::string next;
    do {
        auto page = co_await work.store.list(folder, next, "");
        if (!page)
            co_return page.error();
        for (StoredObject& object : page->objects)
            if (auto name = parse_backup_key(prefix, object.key)) {
                found.emplace_back();
                found.back().name = std::move(*name);
                found.back().object = std::move(object);
            }
        next = std::move(page->next);
    } while (!next.empty());
    std::ranges::sort(found, newest_first);
    co_return found;
}

asio::awaitable<Result<Found>> chosen(const Work& work, const Request& request)
{
    auto all = co_await backups(work, request.origin);
    if (!all)
        co_return all.error();
    const auto is_it = [&](const Found& one) {
        return request.file.empty() || one.object.key == request.file || file_of(one.object.key) == request.file;
    };
    const auto one = std::ranges::find_if(*all, is_it);
    if (one == all->end())
        co_return none_there(work, request);
    co_return std::move(*one);
}

Object record_of(const Found& found)
{
    const BackupOrigin& origin = found.name.origin;
    const bool database = origin.kind == BackupKind::database;
    return {{"key", found.object.key},
            {"filename", file_of(found.object.key)},
            {database ? "database" : std::string{name_of(origin.kind)}, origin.name},
            {"place", origin.place},
            {"made", timestamp(found.name.made)},
            {"size", static_cast<std::int64_t>(found.object.size)},
            {"encrypted", found.name.encrypted}};
}

asio::awaitable<Result<std::vector<std::string>>> prune(const Work& work, BackupOrigin origin, RetentionPolicy policy,
                                                        std::string just_made)
{
    const auto all = co_await backups(work, origin);
    if (!all)
        co_return all.error();
    std::vector<StoredBackup> stored;
    for (const Found& one : *all)
        stored.push_back({one.object.key, one.name.made, one.object.size});
    co_await prune_local(work, std::move(origin), stored, policy, just_made);
    std::vector<std::string> gone;
    for (const std::string& key : superfluous(std::move(stored), policy, work.clock.wall(), just_made)) {
        const auto removed = co_await work.store.remove(key);
        if (!removed)
            co_return removed.error();
        gone.push_back(file_of(key));
        (void)::unlink(local_path(work.settings, gone.back()).c_str());
        work.say("removed " + gone.back());
    }
    co_return gone;
}

asio::awaitable<Result<void>> abandon_leftovers(const Work& work, BackupOrigin origin)
{
    auto clear = [&work] {
        remove_left(work.settings.local_dir, unfinished_file, LeftKind::files, is_unfinished);
        return true;
    };
    (void)co_await work.pool.run(clear);
    const auto uploads = co_await work.store.unfinished(backup_folder(work.settings.prefix, origin));
    if (!uploads)
        co_return uploads.error();
    for (const UnfinishedUpload& upload : *uploads) {
        if (!is_left_over(work, upload))
            continue;
        const auto gone = co_await work.store.abandon(upload);
        if (!gone)
            co_return gone.error();
        work.say("abandoned an upload of " + file_of(upload.key) + " that was cut short");
    }
    co_return Result<void>{};
}

} // namespace forager::backup
