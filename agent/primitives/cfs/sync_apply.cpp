// What is to be done, file by file.
#include "primitives/cfs/sync_run.hpp"

#include "core/file_label.hpp"
#include "io/few_at_once.hpp"
#include "primitives/cfs/transfer.hpp"
#include "primitives/files/paths.hpp"

#include <limits>
#include <utility>

#include <unistd.h>

namespace forager::cfs {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_told = 5; // of what went wrong, in one sentence

// What asks nobody's peer: the file is to blame, and the others go on.
bool is_of_one_file(const Failure& failure)
{
    return failure.code == Errc::not_found || failure.code == Errc::refused || failure.code == Errc::bad_arguments;
}

} // namespace

asio::awaitable<void> Sync::apply()
{
    progress_ = {"transferring", 0, report_.plan.steps.size(), 0, 0};
    for (const SyncStep& step : report_.plan.steps)
        progress_.whole_bytes += step.size;
    tell();
    co_await begin_sending();
    co_await few_at_once(files_.config().transfers, report_.plan.steps.size(),
                         [this](std::size_t index) { return step(index); });
}

asio::awaitable<void> Sync::begin_sending()
{
    sendings_.emplace(files_, "sync " + tree_.root + "\n" + wish_.label);
    std::vector<Upload> uploads;
    for (const SyncStep& step : report_.plan.steps)
        if (step.action == SyncAction::upload)
            uploads.push_back(upload_of(step));
    co_await sendings_->begin(uploads);
    for (const auto& [path, file] : there_)
        sendings_->recorded(file.object);
}

asio::awaitable<bool> Sync::step(std::size_t index)
{
    const SyncStep& one = report_.plan.steps[index];
    auto done = co_await do_step(one);
    if (done.has_error() && (!is_of_one_file(done.error()) || is_hopeless())) {
        failure_ = std::move(done).error();
        co_return false;
    }
    if (done.has_error())
        troubles_.push_back({one.path, done.error().message});
    else
        count(one);
    ++progress_.done;
    tell();
    co_return true;
}

asio::awaitable<Result<void>> Sync::do_step(SyncStep step)
{
    switch (step.action) {
    case SyncAction::upload: return up(std::move(step));
    case SyncAction::download: return down(std::move(step));
    case SyncAction::remove_local: return remove_here(std::move(step));
    case SyncAction::remove_remote: break;
    }
    return remove_there(std::move(step));
}

asio::awaitable<Result<void>> Sync::remove_here(SyncStep step)
{
    const Identity identity = here_.find(step.path)->second.identity;
    auto removed =
        co_await files_.pool().run([&] { return blocking::remove_unchanged(joined(tree_.root, step.path), identity); });
    co_return removed;
}

asio::awaitable<Result<void>> Sync::remove_there(SyncStep step)
{
    const RemoteFile& file = there_.find(step.path)->second;
    auto removed = co_await remove(files_, file.label, file.name);
    if (removed.has_error())
        co_return std::move(removed).error();
    co_return Result<void>{};
}

Upload Sync::upload_of(const SyncStep& step) const
{
    const Local& local = here_.find(step.path)->second;
    const auto other = there_.find(step.path);
    Upload wanted;
    wanted.path = joined(tree_.root, step.path);
    wanted.identity = local.identity;
    wanted.checksum = local.checksum;
    wanted.label = label_below(wish_.label, parent_of("/" + step.path).substr(1));
    wanted.name = name_of(step.path);
    wanted.base = other == there_.end() ? "" : other->second.object;
    return wanted;
}

asio::awaitable<Result<void>> Sync::up(SyncStep step)
{
    Upload wanted = upload_of(step);
    wanted.progress = travelling();
    auto put = co_await upload(files_, wanted);
    if (put.has_error())
        co_return std::move(put).error();
    sendings_->recorded(put->object);
    co_return Result<void>{};
}

asio::awaitable<Result<std::string>> Sync::folder_of(std::string path)
{
    const std::string rest = parent_of("/" + path).substr(1);
    auto folder = co_await files_.pool().run([&] { return blocking::folder_within(tree_.root, rest); });
    if (folder.has_value())
        touched_.insert(*folder);
    co_return folder;
}

asio::awaitable<Result<void>> Sync::down(SyncStep step)
{
    auto folder = co_await folder_of(step.path);
    if (folder.has_error())
        co_return std::move(folder).error();
    Download wanted;
    wanted.file = there_.find(step.path)->second;
    wanted.folder = std::move(*folder);
    if (const auto local = here_.find(step.path); local != here_.end())
        wanted.replaced = local->second.identity;
    wanted.progress = travelling();
    const std::string sum = wanted.file.checksum;
    auto got = co_await download(files_, std::move(wanted));
    if (got.has_error())
        co_return std::move(got).error();
    checksums_.add(step.path, *got, sum, std::numeric_limits<std::int64_t>::max()); // it came in one step
    co_return Result<void>{};
}

// What is in its place by now lasts, whatever came of the rest.
asio::awaitable<void> Sync::settle()
{
    co_await sendings_->end(!failure_);
    co_await files_.pool().run([this] {
        const std::vector<std::string> folders{touched_.begin(), touched_.end()};
        if (!failure_) {
            blocking::remove_leftovers(folders);
            for (const std::string& path : tree_.leftovers)
                (void)::unlink(joined(tree_.root, path).c_str());
        }
        for (const std::string& folder : folders)
            blocking::flush_folder(folder);
        checksums_.save();
        return true;
    });
}

Result<SyncReport> Sync::result()
{
    if (!failure_ && troubles_.empty())
        return std::move(report_);
    Failure failure = failure_ ? std::move(*failure_) : Failure{Errc::refused, ""};
    std::string told;
    Array failed;
    for (const Trouble& trouble : troubles_) {
        if (failed.size() < most_told)
            told += (told.empty() ? "" : "; ") + trouble.why;
        failed.emplace_back(Object{{"path", trouble.path}, {"message", trouble.why}});
    }
    if (!troubles_.empty())
        told = std::to_string(troubles_.size()) + (troubles_.size() == 1 ? " file was" : " files were") +
               " not brought in line: " + told + (troubles_.size() > most_told ? " …" : "");
    failure.message += (failure.message.empty() || told.empty() ? "" : "; ") + told;
    for (const Member& member : table_of(report_, false))
        failure.details.set(member.name, member.value);
    failure.details.set("failed", std::move(failed));
    return failure;
}

// A key that may not write is refused each file.
bool Sync::is_hopeless() const
{
    constexpr std::size_t many = 10;
    return troubles_.size() >= many && report_.uploaded + report_.downloaded + report_.removed == 0;
}

void Sync::count(const SyncStep& step)
{
    report_.conflicts += step.conflict ? 1 : 0;
    switch (step.action) {
    case SyncAction::upload:
        ++report_.uploaded;
        report_.uploaded_bytes += step.size;
        break;
    case SyncAction::download:
        ++report_.downloaded;
        report_.downloaded_bytes += step.size;
        break;
    case SyncAction::remove_local:
    case SyncAction::remove_remote: ++report_.removed; break;
    }
}

void Sync::tell()
{
    if (wish_.progress)
        wish_.progress(progress_);
}

// Of one file; it may begin again, so that what it tells is taken as the difference.
TransferProgress Sync::travelling()
{
    if (!wish_.progress)
        return {};
    return [this, before = std::uint64_t{0}](std::uint64_t done, std::optional<std::uint64_t>) mutable {
        progress_.done_bytes += done - before; // unsigned, and right when it is less
        before = done;
        tell();
    };
}

} // namespace forager::cfs
