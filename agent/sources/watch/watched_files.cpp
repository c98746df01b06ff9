#include "sources/watch/watched_files.hpp"

#include <algorithm>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr std::size_t batch = 100; // files of one watch that are handed over before others have their turn
constexpr std::size_t most_troubles = 50;
constexpr int most_scans = 5; // in a row, while new folders keep appearing

// Part of the queue's idempotency keys: must stay as it is.
std::string key_of(const Watch& watch, const std::string& path, FileMark mark)
{
    return "file " + watch.name + " " + path + " " + std::to_string(mark.inode) + " " + std::to_string(mark.modified) +
           " " + std::to_string(mark.size);
}

// A function that is not there may come with the next script; what else is pointless to try stays so.
bool is_final(const Failure& failure)
{
    return !failure.retry && failure.code != Errc::not_found;
}

// True when it listens in a folder that it did not listen in before.
bool listen(FileEvents& events, Survey& found)
{
    bool fresh = false;
    for (const WatchedFolder& folder : found.folders) {
        const Result<bool> added = events.watch(folder.path);
        if (added)
            fresh |= *added;
        else if (added.error().code == Errc::not_found)
            fresh = true; // it has just gone
        else
            found.troubles.push_back(added.error().message);
    }
    return fresh;
}

} // namespace

WatchedFiles::WatchedFiles(Watch watch, FilePattern pattern, WatchParts& parts, const WatchConfig& config)
    : watch_{std::move(watch)},
      pattern_{std::move(pattern)},
      parts_{parts},
      config_{config},
      ledger_{watch_.kind, watch_.settle, config.most_waiting, config.most_files},
      backoff_{config.shortest_pause, config.longest_pause}
{
}

void WatchedFiles::take(const FileChange& change)
{
    const auto folder = folders_.find(change.folder);
    if (folder == folders_.end() || (!change.name.empty() && !fits(folder->second.part, change.name)))
        return;
    if (change.name.empty() || !folder->second.last) {
        look_at_everything();
        return;
    }
    std::string path = path_in(change.folder, change.name);
    if (change.gone)
        gone_.push_back(path);
    touched_.insert(std::move(path));
    if (gone_.size() + touched_.size() < config_.most_waiting)
        return;
    // One look at everything is cheaper by now.
    gone_.clear();
    touched_.clear();
    look_at_everything();
}

asio::awaitable<bool> WatchedFiles::serve(FileEvents* events)
{
    if (!restored_) {
        const bool restored = co_await restore();
        if (!restored)
            co_return false;
    }
    const std::vector<std::string> gone = std::exchange(gone_, {});
    for (const std::string& path : gone)
        co_await see_gone(path);
    const bool scans = scan_at_ <= parts_.clock.now();
    if (scans)
        co_await scan(events);
    const std::set<std::string> touched = std::exchange(touched_, {});
    std::vector<std::string> paths(touched.begin(), touched.end());
    co_await look(std::move(paths), true);
    co_await deliver_ready();
    co_return scans;
}

asio::awaitable<bool> WatchedFiles::restore()
{
    if (is_paused())
        co_return false;
    const auto handled = co_await parts_.memory.all(watch_.name);
    if (!handled) {
        pause("its handled files cannot be read: " + handled.error().message);
        co_return false;
    }
    for (const auto& [path, mark] : *handled)
        ledger_.restore(path, mark);
    restored_ = true;
    recovered();
    co_return true;
}

asio::awaitable<void> WatchedFiles::scan(FileEvents* events)
{
    auto work = [pattern = pattern_, most = config_.most_files] { return survey(pattern, most); };
    Survey found;
    // Listen first, then look: else a file that comes between the two would be missed.
    for (int scans = 0; scans < most_scans; ++scans) {
        found = co_await parts_.pool.run(work);
        if (dropped_)
            co_return;
        if (events == nullptr || !listen(*events, found))
            break;
    }
    co_await take_stock(std::move(found));
}

asio::awaitable<void> WatchedFiles::take_stock(Survey found)
{
    scan_at_ = parts_.clock.now() + config_.rescan;
    full_ = false;
    folders_.clear();
    for (WatchedFolder& folder : found.folders)
        folders_.insert_or_assign(folder.path, folder);
    std::set<std::string> there;
    for (const auto& [path, mark] : found.files) {
        there.insert(path);
        co_await see(path, mark, false);
    }
    const std::vector<std::string> known = found.complete ? ledger_.paths() : std::vector<std::string>{};
    for (const std::string& path : known)
        if (!there.contains(path))
            co_await see_gone(path);
    if (full_)
        found.troubles.push_back("there is room for " + std::to_string(config_.most_waiting) + " files that wait, of " +
                                 std::to_string(config_.most_files) + " known; the others are taken up later.");
    tell_troubles(std::move(found.troubles));
}

asio::awaitable<void> WatchedFiles::look(std::vector<std::string> paths, bool touched)
{
    if (paths.empty())
        co_return;
    auto work = [&paths] {
        std::vector<FileLook> looks;
        for (const std::string& path : paths)
            looks.push_back(look_at(path));
        return looks;
    };
    const std::vector<FileLook> looks = co_await parts_.pool.run(work);
    std::vector<std::string> troubles = troubles_;
    for (std::size_t i = 0; i < looks.size(); ++i) {
        if (looks[i].mark)
            co_await see(paths[i], *looks[i].mark, touched);
        else if (looks[i].unsure)
            (void)ledger_.gone(paths[i]); // it waits no longer, but what its memory says of it stays
        else
            co_await see_gone(paths[i]);
        if (troubles.size() < most_troubles && !looks[i].trouble.empty() &&
            std::ranges::find(troubles, looks[i].trouble) == troubles.end())
            troubles.push_back(looks[i].trouble);
    }
    tell_troubles(std::move(troubles));
}

asio::awaitable<void> WatchedFiles::see(std::string path, FileMark mark, bool touched)
{
    const FileLedger::Saw saw = ledger_.saw(path, mark, parts_.clock.now(), touched);
    if (saw == FileLedger::Saw::baseline)
        co_await remember(std::move(path), mark);
    full_ |= saw == FileLedger::Saw::full;
}

asio::awaitable<void> WatchedFiles::see_gone(std::string path)
{
    if (!ledger_.gone(path))
        co_return;
    const Result<void> forgotten = co_await parts_.memory.forget(watch_.name, std::move(path));
    if (!forgotten) // harmless: it is found to be gone again after a restart
        tell("a file that is gone cannot be forgotten: " + forgotten.error().message);
}

asio::awaitable<void> WatchedFiles::remember(std::string path, FileMark mark)
{
    const Result<void> kept = co_await parts_.memory.remember(watch_.name, path, mark);
    if (!kept)
        tell("'" + path + "' is handled, but that cannot be kept, and it may be told again after a restart: " +
             kept.error().message);
}

asio::awaitable<void> WatchedFiles::deliver_ready()
{
    if (is_paused())
        co_return;
    const std::vector<std::string> paths = ledger_.ready(parts_.clock.now(), batch);
    co_await look(paths, false);
    for (const std::string& path : paths) {
        const auto mark = ledger_.ready_mark(path, parts_.clock.now());
        if (dropped_)
            co_return;
        if (!mark)
            continue; // it was touched again, or is gone
        const bool delivered = co_await deliver(path, *mark);
        if (!delivered)
            co_return;
    }
    recovered();
    if (full_ && ledger_.has_room())
        look_at_everything();
}

asio::awaitable<bool> WatchedFiles::deliver(std::string path, FileMark mark)
{
    WatchEvent event{watch_.name, path, watch_.kind, key_of(watch_, path, mark)};
    const Result<void> accepted = co_await parts_.deliver(std::move(event));
    if (!accepted && !is_final(accepted.error())) {
        pause("its files wait: " + accepted.error().message);
        co_return false;
    }
    ledger_.handled(path, mark);
    if (accepted)
        co_await remember(std::move(path), mark);
    else
        tell("'" + path + "' is given up until the agent starts again: " + accepted.error().message);
    co_return true;
}

void WatchedFiles::tell(const std::string& message) const
{
    parts_.tell("file watch '" + watch_.name + "': " + message);
}

void WatchedFiles::tell_troubles(std::vector<std::string> troubles)
{
    for (const std::string& trouble : troubles)
        if (std::ranges::find(troubles_, trouble) == troubles_.end())
            tell(trouble);
    troubles_ = std::move(troubles);
}

void WatchedFiles::pause(const std::string& message)
{
    if (trouble_ != message)
        tell(message);
    trouble_ = message;
    retry_at_ = parts_.clock.now() + backoff_.next(parts_.random.next());
}

void WatchedFiles::recovered()
{
    if (!trouble_.empty())
        tell("goes on");
    trouble_.clear();
    retry_at_.reset();
    backoff_.reset();
}

TimePoint WatchedFiles::next_look() const
{
    const TimePoint retry_at = retry_at_.value_or(TimePoint::min());
    if (!restored_)
        return retry_at;
    const auto ready = ledger_.next();
    return ready ? std::min(scan_at_, std::max(*ready, retry_at)) : scan_at_;
}

WatchStatus WatchedFiles::status() const
{
    WatchStatus status;
    status.name = watch_.name;
    status.pattern = pattern_.text();
    status.folders = folders_.size();
    status.waiting = ledger_.waiting();
    status.files = ledger_.size();
    status.troubles = troubles_;
    if (!trouble_.empty())
        status.troubles.push_back(trouble_);
    return status;
}

} // namespace forager
