#include "functions/backup/checking.hpp"

#include "functions/backup/afterwards.hpp"
#include "functions/backup/archives.hpp"
#include "functions/backup/scratch.hpp"
#include "functions/backup/transfer.hpp"
#include "io/piped.hpp"
#include "primitives/files/paths.hpp"
#include "primitives/postgres/databases.hpp"
#include "primitives/postgres/dump.hpp"
#include "primitives/sqlite/snapshot.hpp"

#include <utility>

namespace forager::backup {

namespace asio = boost::asio;

namespace {

constexpr std::string_view scratch_prefix = "forager_restore_test_";

asio::awaitable<Result<void>> check_sqlite(const Work& work, ByteSource& source)
{
    const Scratch copy{beside_of(local_path(work.settings, "x"))};
    const Result<void> received = co_await receive(work, source, copy.path());
    if (!received)
        co_return received.error();
    auto look = [&copy] { return sqlite::check(copy.path()); };
    Result<void> whole = co_await work.pool.run(look);
    co_return whole;
}

asio::awaitable<Result<void>> check_content(const Work& work, BackupKind kind, ByteSource& source)
{
    switch (kind) {
    case BackupKind::database: return postgres::check(work.hands, source);
    case BackupKind::directory: return check_archive(work.hands, source);
    case BackupKind::sqlite: break;
    }
    return check_sqlite(work, source);
}

// Also what is sealed for another key is read to its end.
asio::awaitable<Result<void>> check_stored(const Work& work, Found found, std::string checksum, Download& done)
{
    BytePipe pipe{work.executor};
    const bool opens = readable(work, found);
    const BackupKind kind = found.name.origin.kind;
    auto downloading = download(work, std::move(found), std::move(checksum), pipe, done);
    if (!opens) {
        Result<void> downloaded = co_await std::move(downloading);
        co_return downloaded;
    }
    Result<void> whole = co_await piped(pipe, std::move(downloading), check_content(work, kind, pipe));
    co_return whole;
}

asio::awaitable<Result<std::int64_t>> restored_relations(const Work& work, Found found, Request request, Download& done)
{
    BytePipe pipe{work.executor};
    auto downloading = download(work, std::move(found), request.checksum, pipe, done);
    postgres::RestoreOptions options;
    options.no_owner = true;
    const Result<void> restored =
        co_await piped(pipe, std::move(downloading), postgres::restore(work.hands, request.server, pipe, options));
    if (!restored)
        co_return restored.error();
    auto count = co_await postgres::relations(work.hands, request.server);
    co_return count;
}

// A database of its own, which nobody else has a use for.
asio::awaitable<Result<std::int64_t>> restore_test(const Work& work, Found found, Request request, Download& done)
{
    if (found.name.origin.kind != BackupKind::database || request.server.host.empty())
        co_return Failure{Errc::refused,
                          "a restore test needs the dump of a database, and a server: set [postgres] host, "
                          "or name the host in the call"};
    if (!readable(work, found))
        co_return Failure{Errc::refused, "the backup is encrypted: a restore test needs the secret key"};
    const std::string own = work.settings.maker.empty() ? "" : work.settings.maker + "_";
    (void)co_await postgres::drop_unused(work.hands, request.server, std::string{scratch_prefix}, {own, work.testing});
    const auto seconds = std::chrono::floor<std::chrono::seconds>(work.clock.wall()).time_since_epoch().count();
    request.server.database = std::string{scratch_prefix} + std::to_string(seconds) + "_" + own + random_name();
    const postgres::Server scratch = request.server;
    const Mark mark{work.testing, scratch.database};
    const Result<void> made =
        co_await afterwards(postgres::create(work.hands, scratch), postgres::drop(work.hands, scratch), After::failure);
    if (!made)
        co_return made.error();
    auto count = co_await afterwards(restored_relations(work, std::move(found), std::move(request), done),
                                     postgres::drop(work.hands, scratch), After::always);
    co_return count;
}

} // namespace

asio::awaitable<Result<Object>> verify(const Work& work, Found found, Request request)
{
    Download done;
    Object record = record_of(found);
    record.append("verified", true);
    const bool opens = readable(work, found);
    const std::string checksum = request.checksum;
    if (request.restore_test) {
        auto count = co_await restore_test(work, std::move(found), std::move(request), done);
        if (!count)
            co_return count.error();
        record.append("relations", *count);
    } else {
        const Result<void> whole = co_await check_stored(work, std::move(found), checksum, done);
        if (!whole)
            co_return whole.error();
    }
    record.append("checksum", "sha256:" + done.sha256);
    record.append("content_read", opens);
    co_return record;
}

} // namespace forager::backup
