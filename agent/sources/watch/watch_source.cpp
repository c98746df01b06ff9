#include "sources/watch/watch_source.hpp"

#include "core/retry.hpp"
#include "sources/watch/survey.hpp"

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

} // namespace

struct WatchSource::Entry {
    Entry(Watch what, FilePattern where, const Config& config)
        : watch{std::move(what)},
          pattern{std::move(where)},
          ledger{watch.kind, watch.settle, config.most_waiting, config.most_files},
          backoff{config.shortest_pause, config.longest_pause}
    {
    }

    Watch watch;
    FilePattern pattern;
    FileLedger ledger;
    std::map<std::string, WatchedFolder> folders; // by path
    std::set<std::string> touched;                // files to look at
    std::vector<std::string> gone;                // files that went, even if they are there again
    TimePoint scan_at = TimePoint::min();
    bool restored = false; // its ledger knows what its memory held
    bool full = false;     // files were left out for want of room
    bool dropped = false;  // from the list, while something of it was waited for
    Backoff backoff;
    std::optional<TimePoint> retry_at;
    std::string trouble; // why nothing is handed over
    std::vector<std::string> troubles;
};

WatchSource::WatchSource(asio::any_io_executor executor, Parts parts, Config config)
    : executor_{std::move(executor)}, parts_{std::move(parts)}, config_{config}, nap_{executor_, parts_.clock}
{
}

WatchSource::~WatchSource() = default;

Result<void> WatchSource::set(std::vector<Watch> watches)
{
    std::vector<Shared> entries;
    std::set<std::string> names;
    for (Watch& watch : watches) {
        auto pattern = FilePattern::parse(watch.pattern);
        if (!pattern)
            return pattern.error();
        if (!names.insert(watch.name).second)
            return Failure{Errc::bad_arguments, "the file watch '" + watch.name + "' is declared twice"};
        const auto same = std::ranges::find_if(entries_, [&](const Shared& entry) { return entry->watch == watch; });
        if (same != entries_.end())
            entries.push_back(*same);
        else
            entries.push_back(std::make_shared<Entry>(std::move(watch), *std::move(pattern), config_));
    }
    for (const Shared& earlier : entries_)
        earlier->dropped = std::ranges::find(entries, earlier) == entries.end();
    entries_ = std::move(entries);
    folders_changed_ = true;
    nap_.wake();
    return {};
}

asio::awaitable<void> WatchSource::run()
{
    // What an earlier run had taken, but not looked at, is gone with it.
    for (const Shared& entry : entries_)
        entry->scan_at = TimePoint::min();
    for (;;) {
        open_events();
        take_events();
        const auto entries = entries_;
        for (const Shared& entry : entries)
            co_await serve(entry);
        drop_folders();
        co_await nap_.until(next_look());
        if (heard_)
            co_await sleep_for(parts_.clock, config_.gather);
    }
}

void WatchSource::open_events()
{
    if (events_ || entries_.empty())
        return;
    auto opened = FileEvents::open(executor_, [this] {
        heard_ = true;
        nap_.wake();
    });
    const std::string trouble = opened ? "" : opened.error().message;
    if (!opened && trouble != no_events_)
        parts_.tell(trouble + " Until that is possible, the agent looks for new files from time to time.");
    no_events_ = trouble;
    if (!opened)
        return;
    events_ = *std::move(opened);
    for (const Shared& entry : entries_)
        entry->scan_at = TimePoint::min();
}

void WatchSource::take_events()
{
    if (!std::exchange(heard_, false))
        return;
    const FileEvents::News news = events_->take();
    if (news.lost)
        parts_.tell("more files changed at once than the kernel tells of; every watched folder is looked at again");
    for (const Shared& entry : entries_) {
        if (news.lost)
            entry->scan_at = TimePoint::min();
        for (const FileChange& change : news.changes)
            take_change(*entry, change);
    }
}

void WatchSource::take_change(Entry& entry, const FileChange& change) const
{
    const auto folder = entry.folders.find(change.folder);
    if (folder == entry.folders.end())
        return;
    if (change.name.empty() || (!folder->second.last && fits(folder->second.part, change.name)))
        entry.scan_at = TimePoint::min();
    if (change.name.empty() || !folder->second.last || !fits(folder->second.part, change.name))
        return;
    std::string path = path_in(change.folder, change.name);
    if (change.gone)
        entry.gone.push_back(path);
    entry.touched.insert(std::move(path));
    if (entry.gone.size() + entry.touched.size() < config_.most_waiting)
        return;
    // One look at everything is cheaper by now.
    entry.gone.clear();
    entry.touched.clear();
    entry.scan_at = TimePoint::min();
}

void WatchSource::drop_folders()
{
    if (!events_ || !std::exchange(folders_changed_, false))
        return;
    std::set<std::string> wanted;
    for (const Shared& entry : entries_)
        for (const auto& [path, folder] : entry->folders)
            wanted.insert(path);
    events_->keep_only(wanted);
}

asio::awaitable<void> WatchSource::serve(Shared entry)
{
    if (!entry->restored) {
        const bool restored = co_await restore(entry);
        if (!restored)
            co_return;
    }
    const std::vector<std::string> gone = std::exchange(entry->gone, {});
    for (const std::string& path : gone)
        co_await see_gone(entry, path);
    if (entry->scan_at <= parts_.clock.now())
        co_await scan(entry);
    const std::set<std::string> touched = std::exchange(entry->touched, {});
    if (!touched.empty()) {
        std::vector<std::string> paths(touched.begin(), touched.end());
        co_await look(entry, std::move(paths), true);
    }
    co_await deliver_ready(entry);
}

asio::awaitable<bool> WatchSource::restore(Shared entry)
{
    if (entry->retry_at && *entry->retry_at > parts_.clock.now())
        co_return false;
    const auto handled = co_await parts_.memory.all(entry->watch.name);
    if (!handled) {
        pause(*entry, "its handled files cannot be read: " + handled.error().message);
        co_return false;
    }
    for (const auto& [path, mark] : *handled)
        entry->ledger.restore(path, mark);
    entry->restored = true;
    recovered(*entry);
    co_return true;
}

asio::awaitable<void> WatchSource::scan(Shared entry)
{
    auto work = [pattern = entry->pattern, most = config_.most_files] { return survey(pattern, most); };
    Survey found;
    // Listen first, then look: else a file that comes between the two would be missed.
    for (int scans = 0; scans < most_scans; ++scans) {
        found = co_await parts_.pool.run(work);
        if (entry->dropped)
            co_return;
        if (!listen(found))
            break;
    }
    entry->scan_at = parts_.clock.now() + config_.rescan;
    entry->full = false;
    entry->folders.clear();
    for (WatchedFolder& folder : found.folders)
        entry->folders.insert_or_assign(folder.path, folder);
    std::set<std::string> there;
    for (const auto& [path, mark] : found.files) {
        there.insert(path);
        co_await see(entry, path, mark, false);
    }
    const std::vector<std::string> known = found.complete ? entry->ledger.paths() : std::vector<std::string>{};
    for (const std::string& path : known)
        if (!there.contains(path))
            co_await see_gone(entry, path);
    if (entry->full)
        found.troubles.push_back("there is room for " + std::to_string(config_.most_waiting) + " files that wait, of " +
                                 std::to_string(config_.most_files) + " known; the others are taken up later.");
    tell_troubles(*entry, std::move(found.troubles));
}

// True when it listens in a folder that it did not listen in before.
bool WatchSource::listen(Survey& found)
{
    folders_changed_ = true;
    bool fresh = false;
    for (const WatchedFolder& folder : found.folders) {
        const Result<bool> added = events_ ? events_->watch(folder.path) : Result<bool>{false};
        if (added)
            fresh |= *added;
        else if (added.error().code == Errc::not_found)
            fresh = true; // it has just gone
        else
            found.troubles.push_back(added.error().message);
    }
    return fresh;
}

asio::awaitable<void> WatchSource::look(Shared entry, std::vector<std::string> paths, bool touched)
{
    auto work = [&paths] {
        std::vector<FileLook> looks;
        for (const std::string& path : paths)
            looks.push_back(look_at(path));
        return looks;
    };
    const std::vector<FileLook> looks = co_await parts_.pool.run(work);
    std::vector<std::string> troubles = entry->troubles;
    for (std::size_t i = 0; i < looks.size(); ++i) {
        if (looks[i].mark)
            co_await see(entry, paths[i], *looks[i].mark, touched);
        else if (looks[i].unsure)
            (void)entry->ledger.gone(paths[i]); // it waits no longer, but what its memory says of it stays
        else
            co_await see_gone(entry, paths[i]);
        if (troubles.size() < most_troubles && !looks[i].trouble.empty() &&
            std::ranges::find(troubles, looks[i].trouble) == troubles.end())
            troubles.push_back(looks[i].trouble);
    }
    tell_troubles(*entry, std::move(troubles));
}

asio::awaitable<void> WatchSource::see(Shared entry, std::string path, FileMark mark, bool touched)
{
    const FileLedger::Saw saw = entry->ledger.saw(path, mark, parts_.clock.now(), touched);
    if (saw == FileLedger::Saw::baseline)
        co_await remember(entry, std::move(path), mark);
    entry->full |= saw == FileLedger::Saw::full;
}

asio::awaitable<void> WatchSource::see_gone(Shared entry, std::string path)
{
    if (!entry->ledger.gone(path))
        co_return;
    const Result<void> forgotten = co_await parts_.memory.forget(entry->watch.name, std::move(path));
    if (!forgotten) // harmless: it is found to be gone again after a restart
        tell(*entry, "a file that is gone cannot be forgotten: " + forgotten.error().message);
}

asio::awaitable<void> WatchSource::remember(Shared entry, std::string path, FileMark mark)
{
    const Result<void> kept = co_await parts_.memory.remember(entry->watch.name, path, mark);
    if (!kept)
        tell(*entry, "'" + path + "' is handled, but that cannot be kept, and it may be told again after a restart: " +
                         kept.error().message);
}

asio::awaitable<void> WatchSource::deliver_ready(Shared entry)
{
    if (entry->retry_at && *entry->retry_at > parts_.clock.now())
        co_return;
    const std::vector<std::string> paths = entry->ledger.ready(parts_.clock.now(), batch);
    if (paths.empty())
        co_return;
    co_await look(entry, paths, false);
    for (const std::string& path : paths) {
        const auto mark = entry->ledger.ready_mark(path, parts_.clock.now());
        if (entry->dropped)
            co_return;
        if (!mark)
            continue; // it was touched again, or is gone
        const bool delivered = co_await deliver(entry, path, *mark);
        if (!delivered)
            co_return;
    }
    recovered(*entry);
    if (entry->full && entry->ledger.has_room())
        entry->scan_at = TimePoint::min();
}

asio::awaitable<bool> WatchSource::deliver(Shared entry, std::string path, FileMark mark)
{
    WatchEvent event{entry->watch.name, path, entry->watch.kind, key_of(entry->watch, path, mark)};
    const Result<void> accepted = co_await parts_.deliver(std::move(event));
    if (!accepted && !is_final(accepted.error())) {
        pause(*entry, "its files wait: " + accepted.error().message);
        co_return false;
    }
    entry->ledger.handled(path, mark);
    if (accepted)
        co_await remember(entry, std::move(path), mark);
    else
        tell(*entry, "'" + path + "' is given up until the agent starts again: " + accepted.error().message);
    co_return true;
}

void WatchSource::tell(const Entry& entry, const std::string& message) const
{
    parts_.tell("file watch '" + entry.watch.name + "': " + message);
}

void WatchSource::tell_troubles(Entry& entry, std::vector<std::string> troubles) const
{
    for (const std::string& trouble : troubles)
        if (std::ranges::find(entry.troubles, trouble) == entry.troubles.end())
            tell(entry, trouble);
    entry.troubles = std::move(troubles);
}

void WatchSource::pause(Entry& entry, const std::string& message)
{
    if (entry.trouble != message)
        tell(entry, message);
    entry.trouble = message;
    entry.retry_at = parts_.clock.now() + entry.backoff.next(parts_.random.next());
}

void WatchSource::recovered(Entry& entry) const
{
    if (!entry.trouble.empty())
        tell(entry, "goes on");
    entry.trouble.clear();
    entry.retry_at.reset();
    entry.backoff.reset();
}

TimePoint WatchSource::next_look() const
{
    TimePoint next = TimePoint::max();
    for (const Shared& entry : entries_)
        next = std::min(next, next_look_at(*entry));
    return next;
}

TimePoint WatchSource::next_look_at(const Entry& entry) const
{
    const TimePoint retry_at = entry.retry_at.value_or(TimePoint::min());
    if (!entry.restored)
        return retry_at;
    const auto ready = entry.ledger.next();
    return ready ? std::min(entry.scan_at, std::max(*ready, retry_at)) : entry.scan_at;
}

std::vector<WatchSource::Status> WatchSource::list() const
{
    std::vector<Status> list;
    for (const Shared& entry : entries_) {
        Status status{entry->watch.name,       entry->pattern.text(), entry->folders.size(),
                      entry->ledger.waiting(), entry->ledger.size(),  entry->troubles};
        if (!entry->trouble.empty())
            status.troubles.push_back(entry->trouble);
        list.push_back(std::move(status));
    }
    return list;
}

} // namespace forager
