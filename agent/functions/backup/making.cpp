#include "functions/backup/making.hpp"

#include "base/text.hpp"
#include "functions/backup/checking.hpp"
#include "functions/backup/sealing.hpp"
#include "functions/backup/stored.hpp"
#include "functions/backup/transfer.hpp"
#include "io/piped.hpp"
#include "primitives/files/paths.hpp"
#include "primitives/files/streams.hpp"

#include <utility>

namespace forager::backup {

namespace asio = boost::asio;

namespace {

constexpr std::size_t maker_length = 8; // of what chance adds

struct Made {
    std::string key;
    std::string local; ///< its path; empty: there is no copy
    std::uint64_t plain = 0;
    std::uint64_t stored = 0;
    std::string sha256;
    Duration dumping{};
    Duration uploading{};

    Made() = default;
};

const age::Keys* keys_for(const Work& work, const Request& request)
{
    return work.keys && request.encrypt.value_or(true) ? &*work.keys : nullptr;
}

BackupName new_name(const Work& work, const Request& request)
{
    BackupName name;
    name.origin = request.origin;
    name.made = std::chrono::floor<std::chrono::milliseconds>(work.clock.wall());
    name.maker = work.settings.maker + random_name().substr(0, maker_length);
    name.encrypted = keys_for(work, request) != nullptr;
    switch (request.origin.kind) {
    case BackupKind::database: name.suffix = "dump"; break;
    case BackupKind::directory: name.suffix = "tar.gz"; break;
    case BackupKind::sqlite: name.suffix = "sqlite"; break;
    }
    return name;
}

std::string file_of(const std::string& key)
{
    return key.substr(key.find_last_of('/') + 1);
}

// Who may not make buckets may still fill one.
asio::awaitable<Result<void>> ready(const Work& work, const BackupOrigin& origin)
{
    Result<void> bucket = co_await work.store.make_bucket();
    if (!bucket && bucket.error().code != Errc::refused)
        co_return bucket;
    const Result<void> cleared = co_await abandon_leftovers(work, origin);
    if (!cleared)
        work.say("unfinished uploads were not looked for: " + cleared.error().message);
    co_return Result<void>{};
}

asio::awaitable<Result<void>> sealed(const Work& work, const Request& request, SummingSink& summing, Made& made)
{
    const TimePoint begun = work.clock.now();
    SealingSink sealing{keys_for(work, request), summing};
    const Result<void> produced = co_await produce(work, request, sealing);
    if (!produced)
        co_return produced.error();
    Result<void> finished = co_await sealing.finish();
    made.plain = sealing.size();
    made.dumping = work.clock.now() - begun;
    if (finished && made.plain == 0)
        co_return Failure{Errc::refused, "Backup size is 0"};
    co_return finished;
}

asio::awaitable<Result<void>> stream_up(const Work& work, const Request& request, Made& made)
{
    const TimePoint begun = work.clock.now();
    BytePipe pipe{work.executor};
    SummingSink summing{pipe};
    const auto stored =
        co_await piped(pipe, sealed(work, request, summing, made), work.store.put_stream(made.key, pipe, {}));
    if (!stored)
        co_return stored.error();
    made.stored = summing.size();
    made.sha256 = summing.sha256();
    made.uploading = work.clock.now() - begun;
    co_return Result<void>{};
}

// Gives where it stands.
asio::awaitable<Result<std::string>> write_locally(const Work& work, const Request& request, FileSink& file, Made& made)
{
    SummingSink summing{file};
    const Result<void> written = co_await sealed(work, request, summing, made);
    if (!written)
        co_return written.error();
    auto complete = co_await file.complete();
    made.stored = summing.size();
    made.sha256 = summing.sha256();
    co_return complete;
}

asio::awaitable<Result<void>> send(const Work& work, const Request& request, std::string path, Made& made)
{
    const Result<void> is_ready = co_await ready(work, request.origin);
    if (!is_ready)
        co_return is_ready.error();
    const TimePoint begun = work.clock.now();
    PutOptions options;
    options.sha256 = made.sha256;
    const auto stored = co_await work.store.put_file(made.key, std::move(path), std::move(options));
    made.uploading = work.clock.now() - begun;
    co_return stored ? Result<void>{} : Result<void>{stored.error()};
}

// First whole on the disk: when the store is away then, there is a backup all the same. It has its name when somebody
// hears of it: what a kill leaves before that is a leftover.
asio::awaitable<Result<void>> copy_up(const Work& work, const Request& request, Made& made)
{
    const std::string path = local_path(work.settings, file_of(made.key));
    auto file = co_await FileSink::begin(work.pool, path);
    if (!file)
        co_return file.error();
    auto complete = co_await write_locally(work, request, *file, made);
    if (!complete)
        co_return complete.error();
    const Result<void> sent = co_await send(work, request, std::move(*complete), made);
    const Result<void> kept = co_await file->keep(true);
    if (kept)
        made.local = path;
    co_return sent ? kept : sent;
}

// What is no backup is not to be found as one, nor to count as one.
asio::awaitable<Failure> taken_back(const Work& work, const Made& made, Failure failure)
{
    const auto removed = co_await work.store.remove(made.key);
    failure.message += removed ? "; what was stored was removed"
                               : "; what was stored could not be removed: " + removed.error().message;
    co_return failure;
}

Failure stored_all_the_same(const Made& made, Failure failure)
{
    failure.message += "; it is stored as '" + made.key + "' all the same";
    return failure;
}

// What is there must be what was sent.
asio::awaitable<Result<void>> compare(const Work& work, const Made& made)
{
    const auto there = co_await work.store.head(made.key);
    if (!there)
        co_return stored_all_the_same(made, there.error());
    const bool same = there->size == made.stored && (there->sha256.empty() || there->sha256 == made.sha256);
    if (same)
        co_return Result<void>{};
    co_return co_await taken_back(work, made,
                                  Failure{Errc::refused, "File sizes missmatches: " + std::to_string(made.stored) +
                                                             " bytes were sent to " + work.store.place() +
                                                             ", and it has " + std::to_string(there->size) +
                                                             " of them, or others"});
}

// The bytes are to blame, and not that they could not be had, or had no place to be restored to.
bool is_of_content(const Request& request, const Failure& failure)
{
    const bool said_by_store = failure.details.find("status") != nullptr;
    return !request.restore_test && !said_by_store && (failure.code == Errc::refused || failure.code == Errc::exit);
}

asio::awaitable<Result<void>> check(const Work& work, const Request& request, const Made& made)
{
    Found found;
    found.name = *parse_backup_key(work.settings.prefix, made.key);
    found.object.key = made.key;
    found.object.size = made.stored;
    Request checking = request;
    checking.checksum = "sha256:" + made.sha256;
    const auto verified = co_await verify(work, std::move(found), std::move(checking));
    if (!verified && is_of_content(request, verified.error()))
        co_return co_await taken_back(work, made, verified.error());
    if (!verified)
        co_return stored_all_the_same(made, verified.error());
    work.say("verified " + file_of(made.key));
    co_return Result<void>{};
}

asio::awaitable<Result<void>> store(const Work& work, const Request& request, Made& made)
{
    Result<void> up;
    if (request.local_copy)
        up = co_await copy_up(work, request, made);
    else
        up = co_await stream_up(work, request, made);
    if (!up)
        co_return up;
    const Result<void> same = co_await compare(work, made);
    if (!same)
        co_return same.error();
    work.say("stored " + file_of(made.key) + " (" + bytes_text(made.stored) + ") in " + work.store.place());
    if (!request.verify && !request.restore_test)
        co_return Result<void>{};
    Result<void> checked = co_await check(work, request, made);
    co_return checked;
}

std::int64_t whole_seconds(Duration duration)
{
    return std::chrono::round<std::chrono::seconds>(duration).count();
}

Object record_of(const Work& work, const Made& made)
{
    Object record{{"filename", file_of(made.key)},
                  {"bucket", work.settings.bucket},
                  {"filepath_s3", "/" + made.key},
                  {"exectime_backup", whole_seconds(made.dumping)},
                  {"size", static_cast<std::int64_t>(made.plain)},
                  {"size_s3", static_cast<std::int64_t>(made.stored)},
                  {"exectime_upload_s3", whole_seconds(made.uploading)},
                  {"checksum", "sha256:" + made.sha256},
                  {"encrypted", made.key.ends_with(".age")}};
    if (!made.local.empty())
        record.append("filepath_local", made.local);
    return record;
}

// The backup is stored whatever becomes of the old ones: they go the next time.
asio::awaitable<void> remove_old(const Work& work, const Request& request, const Made& made, Object& record)
{
    if (!request.prune)
        co_return;
    const auto removed = co_await prune(work, request.origin, request.retention, made.key);
    record.append("removed", removed ? static_cast<std::int64_t>(removed->size()) : 0);
    if (removed)
        co_return;
    work.say("old backups were not removed: " + removed.error().message);
    record.append("warning", "old backups were not removed: " + removed.error().message);
}

} // namespace

asio::awaitable<Result<Object>> make(const Work& work, Request request)
{
    if (request.restore_test && keys_for(work, request) != nullptr && !work.keys->can_decrypt())
        co_return Failure{Errc::refused, "a restore test needs the secret key, and [backup] encryption_key_file has "
                                         "public ones alone"};
    const Result<void> is_ready = request.local_copy ? Result<void>{} : co_await ready(work, request.origin);
    if (!is_ready)
        co_return is_ready.error();
    Made made;
    made.key = key_of(work.settings.prefix, new_name(work, request));
    const Mark mark{work.uploading, made.key};
    const Result<void> stored = co_await store(work, request, made);
    if (!stored) {
        Failure failure = stored.error();
        if (!made.local.empty())
            failure.message += "; what was dumped is complete, and left in " + made.local;
        co_return failure;
    }
    Object record = record_of(work, made);
    co_await remove_old(work, request, made, record);
    co_return record;
}

} // namespace forager::backup
