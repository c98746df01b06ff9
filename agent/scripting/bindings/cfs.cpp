// What scripts ask of the colony's files.
#include "scripting/bindings/bindings.hpp"

#include "core/file_label.hpp"
#include "primitives/cfs/files.hpp"
#include "primitives/cfs/snapshots.hpp"
#include "primitives/cfs/sync.hpp"
#include "scripting/bindings/asked.hpp"
#include "scripting/bindings/command_options.hpp"
#include "scripting/bindings/progress.hpp"
#include "scripting/script.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

// A binding of a function that takes the files, as who runs the invocation sees them, and the request's arguments.
template <auto work> asio::awaitable<Outcome> with_files(Request request)
{
    auto files = request.script.world().files();
    if (!files)
        return failed(files.error());
    return work((*files)->run_by(request.context.invocation), request);
}

asio::awaitable<Outcome> as_table(asio::awaitable<Result<cfs::RemoteFile>> work)
{
    auto file = co_await std::move(work);
    if (file.has_error())
        co_return std::move(file).error();
    co_return Outputs{Value{cfs::table_of(*file)}};
}

asio::awaitable<Outcome> as_table(asio::awaitable<Result<cfs::SyncReport>> work, bool with_plan)
{
    auto report = co_await std::move(work);
    if (report.has_error())
        co_return std::move(report).error();
    co_return Outputs{Value{cfs::table_of(*report, with_plan)}};
}

asio::awaitable<Outcome> as_list(asio::awaitable<Result<cfs::RemoteFiles>> work)
{
    auto files = co_await std::move(work);
    if (files.has_error())
        co_return std::move(files).error();
    Array list;
    for (const cfs::RemoteFile& file : files->files)
        list.emplace_back(cfs::table_of(file));
    co_return Outputs{Value{std::move(list)}};
}

asio::awaitable<Outcome> ls(cfs::Files files, const Request& request)
{
    return as_list(cfs::list(std::move(files), text(request, 0)));
}

// "PHASE DONE WHOLE DONE_BYTES WHOLE_BYTES"
std::function<void(const cfs::SyncProgress&)> sync_progress_in(const std::shared_ptr<LineQueue>& lines)
{
    if (!lines)
        return {};
    return [lines](const cfs::SyncProgress& progress) {
        std::string line{progress.phase};
        for (const std::uint64_t number :
             {std::uint64_t{progress.done}, std::uint64_t{progress.whole}, progress.done_bytes, progress.whole_bytes})
            line += " " + std::to_string(number);
        lines->tell(line);
    };
}

// (nil, lines, path, label, name)
asio::awaitable<Outcome> put(cfs::Files files, const Request& request)
{
    return as_table(cfs::put(std::move(files), text(request, 2), text(request, 3), text(request, 4),
                             progress_in(line_queue(request))));
}

// (nil, lines, label/name, path)
asio::awaitable<Outcome> get(cfs::Files files, const Request& request)
{
    auto wanted = labelled_name(text(request, 2));
    if (!wanted)
        return failed(wanted.error());
    return as_table(
        cfs::get(std::move(files), wanted->label, wanted->name, text(request, 3), progress_in(line_queue(request))));
}

// (label/name or label, recursive)
asio::awaitable<Outcome> remove(cfs::Files files, const Request& request)
{
    if (flag(request, 1))
        return one(cfs::remove_label(std::move(files), text(request, 0)));
    auto wanted = labelled_name(text(request, 0));
    if (!wanted)
        return failed(wanted.error());
    return one(cfs::remove(std::move(files), wanted->label, wanted->name));
}

// (options, lines, folder, label)
asio::awaitable<Outcome> sync(cfs::Files files, const Request& request)
{
    const Value& given = request.arg(0);
    cfs::SyncWish wish;
    wish.folder = text(request, 2);
    wish.label = text(request, 3);
    wish.progress = sync_progress_in(line_queue(request));
    wish.rules.keep_remote = flag_option(given, "keep_remote", false);
    wish.rules.mirror = flag_option(given, "delete", false);
    wish.dry = flag_option(given, "dry_run", false);
    const bool dry = wish.dry;
    return as_table(cfs::sync(std::move(files), std::move(wish)), dry);
}

asio::awaitable<Outcome> create_snapshot(cfs::Files files, const Request& request)
{
    return one(cfs::create_snapshot(std::move(files), text(request, 0), text(request, 1)));
}

asio::awaitable<Outcome> list_snapshots(cfs::Files files, const Request&)
{
    return one(cfs::list_snapshots(std::move(files)));
}

asio::awaitable<Outcome> get_snapshot(cfs::Files files, const Request& request)
{
    return one(cfs::get_snapshot(std::move(files), text(request, 0)));
}

// (nil, lines, snapshot, folder)
asio::awaitable<Outcome> download_snapshot(cfs::Files files, const Request& request)
{
    cfs::SyncWish wish;
    wish.folder = text(request, 3);
    wish.progress = sync_progress_in(line_queue(request));
    return as_table(cfs::download_snapshot(std::move(files), text(request, 2), std::move(wish)), false);
}

asio::awaitable<Outcome> remove_snapshot(cfs::Files files, const Request& request)
{
    return none(cfs::remove_snapshot(std::move(files), text(request, 0)));
}

constexpr const char* file_stub = R"({"label":"/","name":"","size":0,"checksum":""})";
constexpr const char* report_stub =
    R"({"uploaded":0,"downloaded":0,"conflicts":0,"removed":0,"unchanged":0,"hashed":0,"uploaded_bytes":0,
        "downloaded_bytes":0,"skipped":[],"plan":[]})";
constexpr const char* snapshot_stub = R"({"id":"","name":"","label":"/","files":0})";

constexpr Binding bindings[] = {
    {"cfs_ls", Outside{with_files<ls>}, "[]"},
    {"cfs_put", Outside{with_files<put>}, file_stub},
    {"cfs_get", Outside{with_files<get>}, file_stub},
    {"cfs_remove", Outside{with_files<remove>}, "0"},
    {"cfs_sync", Outside{with_files<sync>}, report_stub},
    {"cfs_create_snapshot", Outside{with_files<create_snapshot>, "cfs.snapshots.create"}, snapshot_stub},
    {"cfs_list_snapshots", Outside{with_files<list_snapshots>, "cfs.snapshots.list"}, "[]"},
    {"cfs_get_snapshot", Outside{with_files<get_snapshot>, "cfs.snapshots.get"}, snapshot_stub},
    {"cfs_download_snapshot", Outside{with_files<download_snapshot>, "cfs.snapshots.download"}, report_stub},
    {"cfs_remove_snapshot", Outside{with_files<remove_snapshot>, "cfs.snapshots.remove"}},
};

} // namespace

std::span<const Binding> cfs_bindings()
{
    return bindings;
}

} // namespace forager::scripting
