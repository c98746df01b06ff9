#include "functions/backup/restoring.hpp"

#include "functions/backup/afterwards.hpp"
#include "functions/backup/archives.hpp"
#include "functions/backup/scratch.hpp"
#include "functions/backup/transfer.hpp"
#include "io/piped.hpp"
#include "io/system_failure.hpp"
#include "primitives/files/paths.hpp"
#include "primitives/postgres/databases.hpp"
#include "primitives/postgres/dump.hpp"
#include "primitives/sqlite/snapshot.hpp"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

namespace forager::backup {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

Failure in_the_way(const std::string& what)
{
    return {Errc::refused, what + "; clean = true replaces it"};
}

asio::awaitable<Result<void>> fill_database(const Work& work, Found found, Request request, bool clean, Download& done)
{
    BytePipe pipe{work.executor};
    postgres::RestoreOptions options;
    options.clean = clean;
    options.no_owner = request.no_owner;
    Result<void> filled = co_await piped(pipe, download(work, std::move(found), request.checksum, pipe, done),
                                         postgres::restore(work.hands, request.server, pipe, options));
    co_return filled;
}

// Whether something is there that the restore would replace.
asio::awaitable<Result<bool>> is_in_use(const Work& work, postgres::Server server, bool clean)
{
    const auto count = co_await postgres::relations(work.hands, server);
    if (!count)
        co_return count.error();
    if (*count > 0 && !clean)
        co_return in_the_way("database '" + server.database + "' has " + std::to_string(*count) +
                             " tables, views or sequences in it");
    co_return *count > 0;
}

asio::awaitable<Result<void>> restore_database(const Work& work, Found found, Request request, Download& done)
{
    if (request.server.host.empty())
        co_return Failure{Errc::refused, "there is no server to restore into: set [postgres] host, or name the host in "
                                         "the call"};
    if (!request.into.empty())
        request.server.database = request.into;
    const postgres::Server server = request.server;
    const auto is_there = co_await postgres::exists(work.hands, server);
    if (!is_there)
        co_return is_there.error();
    if (*is_there) {
        const auto used = co_await is_in_use(work, server, request.clean);
        if (!used)
            co_return used.error();
        Result<void> filled = co_await fill_database(work, std::move(found), std::move(request), *used, done);
        co_return filled;
    }
    const Result<void> made = co_await postgres::create(work.hands, server);
    if (!made)
        co_return made.error();
    Result<void> filled = co_await afterwards(fill_database(work, std::move(found), std::move(request), false, done),
                                              postgres::drop(work.hands, server), After::failure);
    co_return filled;
}

bool is_empty_folder(const std::string& path)
{
    std::error_code ignored;
    return fs::is_directory(path, ignored) && fs::is_empty(path, ignored);
}

// What is still to be made there is made at the end.
std::string in_folder_above(const std::string& target)
{
    std::string known = target;
    std::error_code ignored;
    while (known.size() > 1 && !fs::is_directory(parent_of(known), ignored))
        known = parent_of(known);
    return beside_of(known);
}

Result<void> make_folders_above(const std::string& path)
{
    std::error_code error;
    fs::create_directories(parent_of(path), error);
    return error ? Result<void>{system_failure(cannot("make the folder", parent_of(path)), error.value())}
                 : Result<void>{};
}

Result<void> make_folder(const std::string& path)
{
    if (::mkdir(path.c_str(), S_IRWXU) != 0)
        return system_failure(cannot("make the folder", path), errno);
    return {};
}

// What was there goes only when the new one stands in its place.
Result<void> put_in_place(const std::string& fresh, const std::string& target)
{
    if (auto made = make_folders_above(target); !made)
        return made;
    const Scratch old{beside_of(target)};
    const bool was_there = std::rename(target.c_str(), old.path().c_str()) == 0;
    if (std::rename(fresh.c_str(), target.c_str()) == 0)
        return {};
    const int error = errno;
    if (was_there)
        (void)std::rename(old.path().c_str(), target.c_str());
    return system_failure(cannot("restore", target), error);
}

asio::awaitable<Result<void>> restore_folder(const Work& work, Found found, Request request, Download& done)
{
    const std::string target = request.into.empty() ? request.path : request.into;
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(target, ignored)) && !is_empty_folder(target) && !request.clean)
        co_return in_the_way("'" + target + "' is there and not empty");
    const Scratch fresh{in_folder_above(target)};
    auto make = [&fresh] { return make_folder(fresh.path()); };
    const Result<void> made = co_await work.pool.run(make);
    if (!made)
        co_return made.error();
    BytePipe pipe{work.executor};
    const Result<void> unpacked = co_await piped(pipe, download(work, std::move(found), request.checksum, pipe, done),
                                                 unpack(work.hands, fresh.path(), pipe));
    if (!unpacked)
        co_return unpacked.error();
    auto place = [&] { return put_in_place(fresh.path(), target); };
    Result<void> placed = co_await work.pool.run(place);
    co_return placed;
}

// Its users must still get at it.
Result<void> take_rights_of(const std::string& target, const std::string& fresh)
{
    constexpr mode_t all_rights = 07777;
    struct stat old{};
    if (::stat(target.c_str(), &old) != 0)
        return {};
    if (::chown(fresh.c_str(), old.st_uid, old.st_gid) != 0 || ::chmod(fresh.c_str(), old.st_mode & all_rights) != 0)
        return system_failure(cannot("give its owner and mode to", target), errno);
    return {};
}

// With the old database go what its last user left to be merged into it: it would be merged into the new one.
Result<void> put_database_in_place(const std::string& fresh, const std::string& target)
{
    if (auto whole = sqlite::check(fresh); !whole)
        return whole;
    if (auto taken = take_rights_of(target, fresh); !taken)
        return taken;
    for (const char* end : {"-wal", "-shm", "-journal"})
        (void)::unlink((target + end).c_str());
    if (std::rename(fresh.c_str(), target.c_str()) != 0)
        return system_failure(cannot("restore", target), errno);
    return {};
}

asio::awaitable<Result<void>> restore_sqlite(const Work& work, Found found, Request request, Download& done)
{
    const std::string target = request.into.empty() ? request.path : request.into;
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(target, ignored)) && !request.clean)
        co_return in_the_way("'" + target + "' is there");
    const Scratch fresh{beside_of(target)};
    BytePipe pipe{work.executor};
    const Result<void> received = co_await piped(pipe, download(work, std::move(found), request.checksum, pipe, done),
                                                 receive(work, pipe, fresh.path()));
    if (!received)
        co_return received.error();
    auto place = [&] { return put_database_in_place(fresh.path(), target); };
    Result<void> placed = co_await work.pool.run(place);
    co_return placed;
}

asio::awaitable<Result<void>> restore_into(const Work& work, Found found, Request request, Download& done)
{
    switch (found.name.origin.kind) {
    case BackupKind::database: return restore_database(work, std::move(found), std::move(request), done);
    case BackupKind::directory: return restore_folder(work, std::move(found), std::move(request), done);
    case BackupKind::sqlite: break;
    }
    return restore_sqlite(work, std::move(found), std::move(request), done);
}

} // namespace

asio::awaitable<Result<Object>> restore(const Work& work, Found found, Request request)
{
    if (!readable(work, found))
        co_return Failure{Errc::refused, "the backup is encrypted: set [backup] encryption_key_file to the secret key"};
    if (!request.into.empty() && found.name.origin.kind != BackupKind::database && !request.into.starts_with('/'))
        co_return Failure{Errc::bad_arguments, "Invalid argument: 'into' must be an absolute path"};
    Object record = record_of(found);
    const std::string& own = found.name.origin.kind == BackupKind::database ? request.server.database : request.path;
    record.append("into", request.into.empty() ? own : request.into);
    Download done;
    const Result<void> restored = co_await restore_into(work, std::move(found), std::move(request), done);
    if (!restored)
        co_return restored.error();
    record.append("checksum", "sha256:" + done.sha256);
    co_return record;
}

} // namespace forager::backup
