#include "primitives/cfs/mounts.hpp"

#include "base/text.hpp"
#include "clients/colonies/calls/processes.hpp"
#include "clients/colonies/refusal.hpp"
#include "io/formats/json.hpp"
#include "io/left_files.hpp"
#include "ports/within.hpp"
#include "primitives/cfs/local_files.hpp"
#include "primitives/cfs/snapshots.hpp"
#include "primitives/cfs/sync.hpp"
#include "primitives/files/content.hpp"
#include "primitives/files/files.hpp"
#include "primitives/files/paths.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>
#include <vector>

namespace forager::cfs {

namespace asio = boost::asio;

namespace {

constexpr std::size_t largest_note = 1024 * 1024; // bytes
constexpr Duration farewell = std::chrono::seconds{2};

std::string amount(std::size_t files, std::uint64_t bytes)
{
    return std::to_string(files) + " (" + bytes_text(bytes) + ")";
}

std::string words_of(const SyncReport& report)
{
    std::string text = "downloaded " + amount(report.downloaded, report.downloaded_bytes) + ", uploaded " +
                       amount(report.uploaded, report.uploaded_bytes) + ", conflicts " +
                       std::to_string(report.conflicts) + ", unchanged " + std::to_string(report.plan.unchanged);
    for (const Trouble& one : report.skipped)
        text += "; skipped " + shown(one.path) + ", which " + one.why;
    return text;
}

// Upstream's words, which callers look for, before those that say why.
Failure in_words_of_upstream(const std::string& words, Failure failure)
{
    failure.message = words + ": " + failure.message;
    return failure;
}

// Of processes that another executor took over: this one never hears how they went on.
bool is_old(const LeftFile& note)
{
    return note.age > std::chrono::days{30};
}

void remove_old_notes(const std::string& folder)
{
    for (const char* beginning : {"begun-", "ended-"})
        remove_left(folder, beginning, LeftKind::files, is_old);
}

// Ids come from the colony, and those of other invocations are as plain.
bool is_plain_id(std::string_view id)
{
    constexpr std::string_view plain = "0123456789abcdefABCDEF-_";
    return !id.empty() && id.find_first_not_of(plain) == id.npos;
}

} // namespace

asio::awaitable<Result<void>> Mounts::open()
{
    if (files_.config().root.empty())
        co_return Failure{Errc::refused, "the process asks for files, and this agent has no folder for them: set "
                                         "[colony] fs_dir (EXECUTOR_FS_DIR)"};
    std::vector<std::string> dirs;
    for (const SnapshotMount& mount : wanted_.snapshots)
        dirs.push_back(mount.dir);
    for (const FolderMount& mount : wanted_.folders)
        dirs.push_back(mount.dir);
    const auto waiting = [this] { say_("files: waiting for another process that uses the same folder"); };
    auto lock = co_await lock_folders(files_, files_.config().root, dirs, waiting);
    if (lock.has_error())
        co_return std::move(lock).error();
    lock_ = std::move(*lock);
    co_return Result<void>{};
}

asio::awaitable<Result<std::string>> Mounts::folder(std::string dir)
{
    auto made = co_await files_.pool().run([&] { return blocking::folder_within(files_.config().root, dir); });
    co_return made;
}

asio::awaitable<Result<void>> Mounts::bring()
{
    for (const SnapshotMount& mount : wanted_.snapshots)
        if (auto brought = co_await bring_snapshot(mount); brought.has_error())
            co_return in_words_of_upstream("Failed to download snapshots", brought.error());
    for (const FolderMount& mount : wanted_.folders)
        if (mount.on_start)
            if (auto synced = co_await sync_folder(mount, {!mount.keep_local_on_start, false, !has_begun_before_});
                synced.has_error())
                co_return in_words_of_upstream("Failed to sync to filesystem, onProcessStart=true", synced.error());
    co_return Result<void>{};
}

asio::awaitable<Result<void>> Mounts::bring_snapshot(SnapshotMount mount)
{
    auto place = co_await folder(mount.dir);
    if (place.has_error())
        co_return std::move(place).error();
    SyncWish wish;
    wish.folder = std::move(*place);
    wish.locked = true;
    auto report = co_await download_snapshot(files_, mount.snapshot, std::move(wish));
    if (report.has_error())
        co_return std::move(report).error();
    say_("files: snapshot of " + (mount.label.empty() ? mount.snapshot : mount.label) + " in /" + mount.dir +
         ": downloaded " + amount(report->downloaded, report->downloaded_bytes) + ", unchanged " +
         std::to_string(report->plan.unchanged));
    co_return Result<void>{};
}

asio::awaitable<Result<void>> Mounts::sync_folder(FolderMount mount, SyncRules rules)
{
    auto place = co_await folder(mount.dir);
    if (place.has_error())
        co_return std::move(place).error();
    SyncWish wish;
    wish.folder = std::move(*place);
    wish.label = mount.label;
    wish.rules = rules;
    wish.locked = true;
    auto report = co_await sync(files_, std::move(wish));
    if (report.has_error())
        co_return std::move(report).error();
    say_("files: " + mount.label + " and /" + mount.dir + ": " + words_of(*report));
    co_return Result<void>{};
}

asio::awaitable<Result<void>> Mounts::store(bool failed)
{
    for (const FolderMount& mount : wanted_.folders)
        if (mount.on_close && (!failed || mount.on_failure))
            if (auto synced = co_await sync_folder(mount, {!mount.keep_local_on_close}); synced.has_error())
                co_return in_words_of_upstream("Failed to sync to filesystem, onProcessStart=false", synced.error());
    co_return Result<void>{};
}

// Local files first: their folders are to be free in time.
asio::awaitable<void> Mounts::finish()
{
    co_await clear();
    co_await remove_note("begun");
    for (const SnapshotMount& mount : wanted_.snapshots)
        if (!mount.keep_snapshot)
            co_await drop_snapshot(mount);
}

asio::awaitable<void> Mounts::abandon(bool is_over, std::string lent)
{
    if (has_ended_ || (!is_over && co_await is_given_again(std::move(lent))))
        co_return;
    Clock& clock = files_.member().clock();
    (void)co_await within(clock, clock.now() + farewell, finish());
}

// Where nobody can tell, it may be.
asio::awaitable<bool> Mounts::is_given_again(std::string lent)
{
    if (lent.empty())
        co_return true;
    Clock& clock = files_.member().clock();
    auto asking = colonies::get_process(files_.member().caller(), std::move(lent));
    const auto process = co_await within(clock, clock.now() + farewell, std::move(asking), "no answer in time");
    if (process.has_error())
        co_return !colonies::is_gone(process.error());
    const auto& spec = process->spec;
    const bool may = spec.max_exec_time >= 0 && (spec.max_retries < 0 || process->retries < spec.max_retries);
    co_return may && !colonies::has_ended(process->state);
}

asio::awaitable<void> Mounts::begin()
{
    const std::string note = note_file("begun");
    if (note.empty())
        co_return;
    has_begun_before_ = co_await files_.pool().run([&] {
        std::error_code ignored;
        const bool is_there = std::filesystem::exists(note, ignored);
        remove_old_notes(files_.config().cache_dir);
        std::filesystem::create_directories(files_.config().cache_dir, ignored);
        (void)forager::blocking::write(note, "", {}); // anew: it is as old as its last try
        return is_there;
    });
}

asio::awaitable<void> Mounts::forget(bool for_good)
{
    co_await remove_note("ended");
    if (for_good)
        co_await remove_note("begun");
}

asio::awaitable<void> Mounts::remove_note(std::string name)
{
    if (const std::string note = note_file(name); !note.empty())
        (void)co_await files_.pool().run([&] { return forager::blocking::remove(note, {}); });
}

// The files are in place and stored: a snapshot too many is no failure of the process.
asio::awaitable<void> Mounts::drop_snapshot(SnapshotMount mount)
{
    auto removed = co_await remove_snapshot(files_, mount.snapshot);
    if (removed.has_error() && removed.error().code != Errc::not_found)
        say_("files: the snapshot " + mount.snapshot + " was not removed: " + removed.error().message);
}

asio::awaitable<void> Mounts::clear()
{
    for (const SnapshotMount& mount : wanted_.snapshots)
        if (!mount.keep_files && !mount.keep_snapshot)
            co_await remove_files(mount.dir);
    for (const FolderMount& mount : wanted_.folders)
        if (!mount.keep_files)
            co_await remove_files(mount.dir);
}

// Never the root itself: it is everybody's.
asio::awaitable<void> Mounts::remove_files(std::string dir)
{
    if (dir.empty())
        co_return;
    RemoveOptions all;
    all.tree = true;
    const auto removed = co_await files_.pool().run([&]() -> Result<bool> {
        auto place = blocking::folder_within(files_.config().root, dir);
        return place ? forager::blocking::remove(*place, all) : Result<bool>{place.error()};
    });
    if (!removed)
        say_("files: /" + dir + " was not removed: " + removed.error().message);
}

std::string Mounts::note_file(std::string_view name) const
{
    const std::string& folder = files_.config().cache_dir;
    return folder.empty() || !is_plain_id(process_) ? "" : folder + "/" + std::string{name} + "-" + process_;
}

asio::awaitable<void> Mounts::remember(const Outcome& outcome)
{
    has_ended_ = true;
    const std::string note = note_file("ended");
    if (note.empty())
        co_return;
    Object data;
    if (!outcome)
        data.set("failure", to_data(outcome.error()));
    const std::string text = to_json(Value{std::move(data)});
    const auto written = co_await files_.pool().run([&] {
        std::error_code ignored;
        std::filesystem::create_directories(files_.config().cache_dir, ignored);
        WriteOptions options;
        options.mode = 0600;
        return forager::blocking::write(note, text, options);
    });
    if (!written)
        say_("files: " + written.error().message);
}

asio::awaitable<std::optional<Outcome>> Mounts::remembered()
{
    const std::string note = note_file("ended");
    if (note.empty())
        co_return std::optional<Outcome>{};
    const auto text = co_await files_.pool().run([&] { return forager::blocking::read(note, largest_note); });
    const auto data = text ? parse_json(*text) : Result<Value>{text.error()};
    const auto* object = data ? data->get<Object>() : nullptr;
    if (object == nullptr)
        co_return std::optional<Outcome>{};
    has_ended_ = true;
    say_("files: it had ended when the agent did; its files are stored now");
    const Value* failure = object->find("failure");
    const auto* fields = failure == nullptr ? nullptr : failure->get<Object>();
    co_return std::optional<Outcome>{fields == nullptr ? Outcome{Outputs{}} : Outcome{failure_from_data(*fields)}};
}

} // namespace forager::cfs
