#include "primitives/cfs/sync.hpp"

#include "base/text.hpp"
#include "core/file_label.hpp"
#include "primitives/cfs/bringing.hpp"
#include "primitives/cfs/folder_lock.hpp"
#include "primitives/cfs/sync_run.hpp"
#include "primitives/files/paths.hpp"

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace forager::cfs {

namespace asio = boost::asio;

namespace {

asio::awaitable<Result<void>> locked(Files files, const SyncWish& wish, std::optional<FolderLock>& lock)
{
    if (wish.dry || wish.locked)
        co_return Result<void>{};
    auto held = co_await lock_folder(files, wish.folder);
    if (held.has_error())
        co_return std::move(held).error();
    lock.emplace(std::move(*held));
    co_return Result<void>{};
}

// A label or a folder that is not there is a slip of who asks: a mirror of it would remove everything. The folder is
// looked for before it is locked, which makes it.
asio::awaitable<Result<void>> check_folder(Files files, const SyncWish& wish)
{
    if (!wish.rules.mirror || wish.rules.keep_remote)
        co_return Result<void>{};
    const bool is_there = co_await files.pool().run([&] {
        std::error_code ignored;
        return std::filesystem::is_directory(wish.folder, ignored);
    });
    if (is_there)
        co_return Result<void>{};
    co_return Failure{Errc::not_found, "there is no folder " + shown(wish.folder) + ": all at " + shown(wish.label) +
                                           " would be removed"};
}

Result<void> check_label(const SyncWish& wish, const RemoteFiles& remote)
{
    if (!wish.rules.mirror || !wish.rules.keep_remote || !remote.files.empty())
        return {};
    return Failure{Errc::not_found, "the colony has no files at " + shown(wish.label) + ": all in " +
                                        shown(wish.folder) + " would be removed"};
}

std::string_view word_of(SyncAction action)
{
    switch (action) {
    case SyncAction::upload: return "upload";
    case SyncAction::download: return "download";
    case SyncAction::remove_local: return "remove_local";
    case SyncAction::remove_remote: return "remove_remote";
    }
    return "";
}

} // namespace

Object table_of(const SyncReport& report, bool with_plan)
{
    Array skipped;
    for (const Trouble& one : report.skipped)
        skipped.emplace_back(Object{{"path", one.path}, {"message", one.why}});
    Object table{{"uploaded", report.uploaded},
                 {"downloaded", report.downloaded},
                 {"conflicts", report.conflicts},
                 {"removed", report.removed},
                 {"unchanged", report.plan.unchanged},
                 {"hashed", report.hashed},
                 {"uploaded_bytes", static_cast<std::int64_t>(report.uploaded_bytes)},
                 {"downloaded_bytes", static_cast<std::int64_t>(report.downloaded_bytes)},
                 {"skipped", std::move(skipped)}};
    Array steps;
    for (const SyncStep& step : report.plan.steps)
        steps.emplace_back(Object{{"path", step.path},
                                  {"action", word_of(step.action)},
                                  {"size", static_cast<std::int64_t>(step.size)},
                                  {"conflict", step.conflict}});
    if (with_plan)
        table.append("plan", std::move(steps));
    return table;
}

asio::awaitable<Result<SyncReport>> sync(Files files, SyncWish wish)
{
    auto label = file_label(wish.label);
    if (!label)
        co_return label.error();
    wish.label = std::move(*label);
    if (auto may = co_await check_folder(files, wish); may.has_error())
        co_return std::move(may).error();
    std::optional<FolderLock> lock;
    if (auto held = co_await locked(files, wish, lock); held.has_error())
        co_return std::move(held).error();
    auto remote = co_await list(files, wish.label);
    if (remote.has_error())
        co_return std::move(remote).error();
    if (auto may = check_label(wish, *remote); may.has_error())
        co_return std::move(may).error();
    Sync whole{std::move(files), std::move(wish)};
    auto report = co_await whole.run(std::move(remote->files));
    if (report.has_value())
        for (const std::string& name : remote->refused)
            report->skipped.push_back({printable(name), "has a name that no path can have: it stays in the colony"});
    co_return report;
}

asio::awaitable<Result<SyncReport>> bring(Files files, SyncWish wish, std::vector<RemoteFile> remote)
{
    std::optional<FolderLock> lock;
    if (auto held = co_await locked(files, wish, lock); held.has_error())
        co_return std::move(held).error();
    wish.rules = {.keep_remote = true, .upload = false};
    Sync whole{std::move(files), std::move(wish)};
    auto report = co_await whole.run(std::move(remote));
    co_return report;
}

} // namespace forager::cfs
