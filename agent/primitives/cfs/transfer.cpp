#include "primitives/cfs/transfer.hpp"

#include "clients/colonies/calls/files.hpp"
#include "clients/colonies/key.hpp"
#include "core/file_label.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"
#include "io/stoppable.hpp"
#include "primitives/cfs/asking.hpp"
#include "primitives/files/content.hpp"
#include "primitives/files/paths.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <utility>

namespace forager::cfs {

namespace asio = boost::asio;

namespace {

constexpr std::uint64_t worth_a_look = std::uint64_t{1} << 20U; // bytes that a request more may save

Failure about(Failure failure, const std::string& what)
{
    failure.message = what + ": " + failure.message;
    return failure;
}

colonies::File record_of(const Files& files, const Upload& wanted, const std::string& key)
{
    const Place& place = files.config().place;
    colonies::File file;
    file.colony = files.member().colony();
    file.label = wanted.label;
    file.name = wanted.name;
    file.size = static_cast<std::int64_t>(wanted.identity.size);
    file.checksum = wanted.checksum;
    file.reference.object = {place.server, place.port, place.tls, place.region, place.bucket, key};
    return file;
}

colonies::FileName name_in(const Files& files, const std::string& label, const std::string& name)
{
    return {files.member().colony(), label, name};
}

// Whether an upload that was cut off had come so far.
asio::awaitable<bool> is_there(Files files, std::string key, std::uint64_t size)
{
    if (size < worth_a_look)
        co_return false;
    const auto found = co_await files.objects().head(std::move(key));
    co_return found.has_value() && found->size == size;
}

// The first file of all makes the bucket.
asio::awaitable<Result<StoredObject>> put_object(Files files, const Upload& wanted, std::string key)
{
    PutOptions options;
    options.sha256 = wanted.checksum;
    options.progress = wanted.progress;
    auto stored = co_await files.objects().put_file(key, wanted.path, options);
    if (stored.has_value() || stored.error().code != Errc::not_found)
        co_return stored;
    if (auto made = co_await files.objects().make_bucket(); made.has_error())
        co_return std::move(made).error();
    auto again = co_await files.objects().put_file(key, wanted.path, options);
    co_return again;
}

asio::awaitable<Result<void>> store(Files files, const Upload& wanted, std::string key)
{
    if (co_await is_there(files, key, wanted.identity.size))
        co_return Result<void>{};
    auto stored = co_await put_object(files, wanted, std::move(key));
    if (stored.has_error())
        co_return std::move(stored).error();
    if (stored->size != wanted.identity.size)
        co_return Failure{Errc::refused, cannot("upload", wanted.path) + ": it was changed meanwhile."};
    co_return Result<void>{};
}

// A server that was asked and did not answer may have done it: before it is asked again, it is looked.
class Recording {
public:
    Recording(const Files& files, const colonies::File& file) : files_{files}, file_{file} {}

    asio::awaitable<Result<void>> operator()()
    {
        if (std::exchange(asked_, true)) {
            auto there = co_await is_recorded(files_, file_.label, file_.name, file_.reference.object.object);
            if (there.has_error())
                co_return std::move(there).error();
            if (*there)
                co_return Result<void>{};
        }
        auto added = co_await colonies::add_file(files_.member().caller(), file_);
        if (added.has_error())
            co_return std::move(added).error();
        co_return Result<void>{};
    }

private:
    const Files& files_;
    const colonies::File& file_;
    bool asked_ = false;
};

asio::awaitable<Result<void>> record(Files files, colonies::File file)
{
    Recording recording{files, file};
    auto recorded = co_await patiently(files, std::ref(recording));
    co_return recorded;
}

const std::string& name_here(const Download& wanted)
{
    return wanted.name.empty() ? wanted.file.name : wanted.name;
}

std::string temporary_of(const Download& wanted)
{
    const std::string text = wanted.file.object + "/" + name_here(wanted);
    return joined(wanted.folder, wanted.prefix + to_hex(digest(Digest::sha256, text)).substr(0, 32));
}

// What an earlier try had fetched, and not renamed any more.
asio::awaitable<bool> is_fetched(Files files, std::string path, std::string checksum)
{
    const auto identity = co_await files.pool().run([&] { return blocking::identity_of(path); });
    if (!identity)
        co_return false;
    const auto sum = co_await cfs::checksum(files, path, *identity);
    co_return sum.has_value() && *sum == checksum;
}

// It may also be a local folder that is not there.
asio::awaitable<bool> is_gone(Files files, std::string key)
{
    const auto found = co_await files.objects().head(std::move(key));
    co_return found.has_error() && found.error().code == Errc::not_found;
}

std::string hint_of(const Files& files)
{
    return "the record says where its bytes are, and this agent looks in " + files.objects().place() +
           " alone ([s3] endpoint and bucket)";
}

asio::awaitable<Result<void>> fetch(Files files, const Download& wanted, std::string temporary)
{
    const RemoteFile& file = wanted.file;
    if (file.size == 0)
        co_return co_await files.pool().run([&] { return forager::blocking::write(temporary, "", {}); });
    if (co_await is_fetched(files, temporary, file.checksum))
        co_return Result<void>{};
    GetOptions options;
    options.sha256 = file.checksum;
    options.progress = wanted.progress;
    auto fetched = co_await files.objects().get_file(file.object, temporary, std::move(options));
    if (fetched.has_value())
        co_return Result<void>{};
    Failure failure = about(fetched.error(), "cannot get " + shown(label_below(file.label, file.name)));
    if (failure.code == Errc::not_found && co_await is_gone(files, file.object))
        failure.message += "; " + hint_of(files);
    co_return failure;
}

} // namespace

std::string key_of(const Files& files, const Upload& wanted)
{
    std::string text;
    for (const std::string& part :
         {std::string{wanted.by}, files.member().colony(), files.member().caller().key.id(), wanted.label, wanted.name,
          wanted.checksum, wanted.base, std::filesystem::absolute(wanted.path).string()})
        text += std::to_string(part.size()) + ":" + part;
    return to_hex(digest(Digest::sha256, text));
}

asio::awaitable<Result<bool>> is_recorded(Files files, std::string label, std::string name, std::string key)
{
    auto revisions =
        co_await colonies::get_revisions(files.member().caller(), name_in(files, std::move(label), std::move(name)));
    if (revisions.has_error())
        co_return std::move(revisions).error();
    co_return std::ranges::any_of(*revisions,
                                  [&](const colonies::File& file) { return file.reference.object.object == key; });
}

asio::awaitable<Result<std::string>> checksum(Files files, std::string path, Identity identity)
{
    const auto work = [&](const std::atomic<bool>& stop) { return blocking::checksum_of(path, identity, stop); };
    auto sum = co_await stoppable(files.pool(), work);
    co_return sum;
}

asio::awaitable<Result<RemoteFile>> upload(Files files, Upload wanted)
{
    const std::string key = key_of(files, wanted);
    const std::string what = "cannot put " + shown(wanted.path);
    if (auto stored = co_await store(files, wanted, key); stored.has_error())
        co_return about(stored.error(), what);
    auto recorded = co_await record(files, record_of(files, wanted, key));
    if (recorded.has_error())
        co_return about(recorded.error(), what);
    RemoteFile file;
    file.label = wanted.label;
    file.name = wanted.name;
    file.size = wanted.identity.size;
    file.checksum = wanted.checksum;
    file.object = key;
    co_return file;
}

asio::awaitable<Result<Identity>> download(Files files, Download wanted)
{
    const std::string temporary = temporary_of(wanted);
    const std::string target = joined(wanted.folder, name_here(wanted));
    if (auto fetched = co_await fetch(files, wanted, temporary); fetched.has_error())
        co_return std::move(fetched).error();
    co_return co_await files.pool().run([&]() -> Result<Identity> {
        const Identity* expected = wanted.replaced ? &*wanted.replaced : nullptr;
        if (auto placed = blocking::put_in_place(temporary, target, expected); !placed)
            return placed.error();
        return blocking::identity_of(target);
    });
}

} // namespace forager::cfs
