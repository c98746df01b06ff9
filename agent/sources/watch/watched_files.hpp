// One watch at work: what it knows of its files, where it listens, and what is in its way. Driven by the watch source,
// which keeps it alive while it waits.
#pragma once

#include "core/file_pattern.hpp"
#include "core/retry.hpp"
#include "io/file_events.hpp"
#include "sources/watch/survey.hpp"
#include "sources/watch/watch.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace forager {

class WatchedFiles {
public:
    /// `parts` must outlive it.
    WatchedFiles(Watch watch, FilePattern pattern, WatchParts& parts, const WatchConfig& config);

    const Watch& watch() const { return watch_; }

    /// By path: the folders it wants to hear of.
    const std::map<std::string, WatchedFolder>& folders() const { return folders_; }

    /// A change that the kernel told of, in whatever folder.
    void take(const FileChange& change);

    void look_at_everything() { scan_at_ = TimePoint::min(); }

    /// It is off the list: what it waits for is its last act.
    void drop() { dropped_ = true; }

    /// Does what is due: looks at the disk, hands events over. True when `folders` may have changed. Without `events`
    /// it does not listen.
    boost::asio::awaitable<bool> serve(FileEvents* events);

    /// When it should be served next, if nothing changes until then.
    TimePoint next_look() const;

    WatchStatus status() const;

private:
    boost::asio::awaitable<bool> restore();
    boost::asio::awaitable<void> scan(FileEvents* events);
    boost::asio::awaitable<void> take_stock(Survey found);
    boost::asio::awaitable<void> look(std::vector<std::string> paths, bool touched);
    boost::asio::awaitable<void> deliver_ready();
    boost::asio::awaitable<bool> deliver(std::string path, FileMark mark);
    boost::asio::awaitable<void> see(std::string path, FileMark mark, bool touched);
    boost::asio::awaitable<void> see_gone(std::string path);
    boost::asio::awaitable<void> remember(std::string path, FileMark mark);

    bool is_paused() const { return retry_at_ && *retry_at_ > parts_.clock.now(); }
    void pause(const std::string& message);
    void recovered();
    void tell(const std::string& message) const;
    void tell_troubles(std::vector<std::string> troubles);

    Watch watch_;
    FilePattern pattern_;
    WatchParts& parts_;
    WatchConfig config_;
    FileLedger ledger_;
    std::map<std::string, WatchedFolder> folders_;
    std::set<std::string> touched_; // files to look at
    std::vector<std::string> gone_; // files that went, even if they are there again
    TimePoint scan_at_ = TimePoint::min();
    bool restored_ = false; // the ledger knows what the memory held
    bool full_ = false;     // files were left out for want of room
    bool dropped_ = false;
    Backoff backoff_;
    std::optional<TimePoint> retry_at_;
    std::string trouble_; // why nothing is handed over
    std::vector<std::string> troubles_;
};

} // namespace forager
