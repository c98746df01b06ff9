#include "functions/backup/transfer.hpp"

#include "functions/backup/archives.hpp"
#include "functions/backup/scratch.hpp"
#include "functions/backup/sealing.hpp"
#include "io/stoppable.hpp"
#include "primitives/files/paths.hpp"
#include "primitives/files/streams.hpp"
#include "primitives/postgres/dump.hpp"
#include "primitives/sqlite/snapshot.hpp"

#include <utility>

namespace forager::backup {

namespace asio = boost::asio;

namespace {

constexpr std::size_t piece = std::size_t{256} * 1024;

// Takes bytes that nobody wants.
class NoSink final : public ByteSink {
public:
    asio::awaitable<Result<void>> write(std::string) override { co_return Result<void>{}; }
};

// A moment of the database as a file of its own: others go on writing meanwhile.
asio::awaitable<Result<void>> produce_sqlite(const Work& work, std::string path, ByteSink& sink)
{
    auto copy = co_await FileSink::begin(work.pool, beside_of(local_path(work.settings, "x")));
    if (!copy)
        co_return copy.error();
    const auto place = co_await copy->complete();
    if (!place)
        co_return place.error();
    auto make = [&](const std::atomic<bool>& stop) { return sqlite::snapshot(path, *place, stop); };
    const Result<void> made = co_await stoppable(work.pool, make);
    if (!made)
        co_return made.error();
    auto source = co_await FileSource::open(work.pool, *place);
    if (!source)
        co_return source.error();
    Result<void> done = co_await pump(*source, sink);
    co_return done;
}

Result<void> same_bytes(const Found& found, const std::string& checksum, const Download& done)
{
    const std::string& key = found.object.key;
    if (done.stored != found.object.size)
        return Failure{Errc::refused, "'" + key + "' has " + std::to_string(done.stored) + " bytes, not " +
                                          std::to_string(found.object.size) + " as the store lists"};
    if (!checksum.empty() && checksum != "sha256:" + done.sha256)
        return Failure{Errc::refused, "'" + key + "' has the checksum sha256:" + done.sha256 + ", not " + checksum};
    return {};
}

} // namespace

std::string beside_of(const std::string& target)
{
    return parent_of(target) + "/.forager-backup-" + random_name();
}

asio::awaitable<Result<void>> produce(const Work& work, const Request& request, ByteSink& sink)
{
    if (request.origin.kind == BackupKind::database)
        return postgres::dump(work.hands, request.server, sink);
    if (request.origin.kind == BackupKind::sqlite)
        return produce_sqlite(work, request.path, sink);
    Packing packing;
    packing.folder = request.path;
    packing.exclude = request.exclude;
    packing.allow_changes = request.allow_changes;
    return pack(work.hands, std::move(packing), sink);
}

asio::awaitable<Result<void>> pump(ByteSource& source, ByteSink& sink)
{
    while (true) {
        auto bytes = co_await source.read(piece);
        if (!bytes)
            co_return bytes.error();
        if (bytes->empty())
            co_return Result<void>{};
        const Result<void> taken = co_await sink.write(std::move(*bytes));
        if (!taken)
            co_return taken.error();
    }
}

bool readable(const Work& work, const Found& found)
{
    return !found.name.encrypted || (work.keys && work.keys->can_decrypt());
}

asio::awaitable<Result<void>> download(const Work& work, Found found, std::string checksum, BytePipe& pipe,
                                       Download& done)
{
    NoSink nobody;
    const bool opens = readable(work, found);
    OpeningSink opening{opens && found.name.encrypted ? &*work.keys : nullptr,
                        opens ? static_cast<ByteSink&>(pipe) : nobody};
    SummingSink summing{opening};
    const auto got = co_await work.store.get_stream(found.object.key, summing, {});
    if (!got)
        co_return got.error();
    done.stored = summing.size();
    done.sha256 = summing.sha256();
    const Result<void> same = same_bytes(found, checksum, done);
    if (!same)
        co_return same.error();
    const Result<void> finished = co_await opening.finish();
    done.plain = opening.size();
    if (!finished)
        co_return finished.error();
    co_return Result<void>{};
}

asio::awaitable<Result<void>> receive(const Work& work, ByteSource& source, std::string path)
{
    auto sink = co_await FileSink::begin(work.pool, std::move(path));
    if (!sink)
        co_return sink.error();
    const Result<void> taken = co_await pump(source, *sink);
    if (!taken)
        co_return taken.error();
    Result<void> kept = co_await sink->keep(true);
    co_return kept;
}

} // namespace forager::backup
