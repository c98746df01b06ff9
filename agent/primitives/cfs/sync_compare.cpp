// What is here and there, and what is to be done about it.
#include "primitives/cfs/sync_run.hpp"

#include "base/text.hpp"
#include "core/file_label.hpp"
#include "io/few_at_once.hpp"
#include "io/stoppable.hpp"
#include "primitives/cfs/transfer.hpp"
#include "primitives/files/paths.hpp"

#include <algorithm>
#include <atomic>
#include <string_view>
#include <utility>

namespace forager::cfs {

namespace asio = boost::asio;

namespace {

constexpr std::size_t hashing_at_once = 2;

bool has_part_left_alone(std::string_view path)
{
    const auto parts = split(path, '/');
    return std::ranges::any_of(parts, is_left_alone);
}

// As itself, or as part of a folder.
bool has_within(const std::set<std::string, std::less<>>& paths, std::string_view path)
{
    for (auto end = path.find('/'); end != path.npos; end = path.find('/', end + 1))
        if (paths.contains(path.substr(0, end)))
            return true;
    return paths.contains(path);
}

} // namespace

asio::awaitable<Result<SyncReport>> Sync::run(std::vector<RemoteFile> remote)
{
    for (RemoteFile& file : remote) {
        std::string path = path_below(below(file.label, wish_.label), file.name);
        if (!has_part_left_alone(path))
            there_.insert_or_assign(std::move(path), std::move(file));
    }
    if (auto looked = co_await look_here(); looked.has_error())
        co_return std::move(looked).error();
    co_await compare();
    plan();
    if (wish_.dry)
        co_return std::move(report_);
    co_await apply();
    co_await settle();
    co_return result();
}

asio::awaitable<void> Sync::compare()
{
    progress_.phase = "comparing";
    progress_.whole = tree_.files.size();
    co_await few_at_once(hashing_at_once, tree_.files.size(), [this](std::size_t index) { return hash(index); });
    co_await files_.pool().run([this] {
        checksums_.save(); // what follows may be cut off
        return true;
    });
}

asio::awaitable<Result<void>> Sync::look_here()
{
    auto work = [this](const std::atomic<bool>& stop) -> Result<void> {
        if (!wish_.dry)
            if (auto made = blocking::folder_within(wish_.folder, ""); !made)
                return made.error();
        auto tree = blocking::local_tree(wish_.folder, stop);
        if (!tree && tree.error().code == Errc::not_found && wish_.dry)
            return {};
        if (!tree)
            return tree.error();
        tree_ = std::move(*tree);
        checksums_ = Checksums::load(files_.config().cache_dir, tree_.root);
        return {};
    };
    auto read = co_await stoppable(files_.pool(), work);
    if (!wish_.rules.upload) // what is here alone is nobody's business
        std::erase_if(tree_.files, [this](const LocalFile& file) { return !there_.contains(file.path); });
    for (const Skipped& one : tree_.skipped) {
        left_out_.insert(one.path);
        report_.skipped.push_back({one.path, one.why});
    }
    co_return read;
}

asio::awaitable<bool> Sync::hash(std::size_t index)
{
    const LocalFile& file = tree_.files[index];
    auto known = checksums_.find(file.path, file.identity);
    if (!known) {
        ++report_.hashed;
        auto sum = co_await checksum(files_, joined(tree_.root, file.path), file.identity);
        if (sum.has_error()) {
            left_out_.insert(file.path);
            troubles_.push_back({file.path, sum.error().message});
            co_return true;
        }
        checksums_.add(file.path, file.identity, *sum, now());
        known = std::move(*sum);
    }
    here_.insert_or_assign(file.path, Local{file.identity, std::move(*known)});
    ++progress_.done;
    tell();
    co_return true;
}

void Sync::plan()
{
    SyncedFiles here;
    SyncedFiles there;
    for (const auto& [path, file] : here_)
        here.insert_or_assign(path, SyncedFile{file.identity.size, file.checksum});
    for (const auto& [path, file] : there_)
        if (!has_within(left_out_, path))
            there.insert_or_assign(path, SyncedFile{file.size, file.checksum});
    report_.plan = plan_sync(here, there, wish_.rules);
    if (wish_.dry)
        for (const SyncStep& step : report_.plan.steps)
            count(step);
}

} // namespace forager::cfs
