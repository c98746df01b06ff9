// What one watch knows of its files: which were handled and in what state, which wait, and since when. Decides for the
// watch source; no I/O, no clock.
#pragma once

#include "base/time.hpp"
#include "ports/handled_files.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace forager {

enum class WatchKind {
    added,   ///< "new": a file appeared, whether or not it is complete; the same file is told once
    changed, ///< a file that was known has another content; of changes in quick succession the last is told for sure
    settled, ///< a file is new or has changed, and then was left unchanged for the settle time
};

class FileLedger {
public:
    FileLedger(WatchKind kind, Duration settle, std::size_t most_waiting, std::size_t most_files);

    /// From memory: handled in this state by an earlier life.
    void restore(const std::string& path, FileMark mark);

    enum class Saw {
        known,
        baseline, ///< first seen by a watch for changes: to be remembered as handled, without an event
        full,     ///< too many wait or are known: it is not taken down, look again later
    };

    /// A look at the file found it in this state; `touched` when somebody was told to look, for it was written to.
    Saw saw(const std::string& path, FileMark mark, TimePoint now, bool touched);

    /// True when it was handled and should be forgotten.
    bool gone(const std::string& path);

    /// Those that wait no longer than `now`, the oldest first.
    std::vector<std::string> ready(TimePoint now, std::size_t most) const;

    /// The state to tell of, when it is ready.
    std::optional<FileMark> ready_mark(const std::string& path, TimePoint now) const;

    /// It was told in this state.
    void handled(const std::string& path, FileMark mark);

    /// When the first one that waits will be ready.
    std::optional<TimePoint> next() const;

    /// Whether a look would find room for a good part of what was left out.
    bool has_room() const { return waiting_.size() <= most_waiting_ / 2 && files_.size() < most_files_; }

    std::vector<std::string> paths() const;
    std::size_t waiting() const { return waiting_.size(); }
    std::size_t size() const { return files_.size(); }

private:
    struct File {
        FileMark mark;
        std::optional<FileMark> handled;
        std::optional<TimePoint> ready_at; // while it waits
    };
    using Files = std::map<std::string, File>;

    bool is_news(const std::optional<FileMark>& handled, FileMark mark) const;
    Saw first_seen(const std::string& path, FileMark mark, TimePoint now);
    void wait(Files::value_type& file, TimePoint ready_at);
    void stop_waiting(Files::value_type& file);

    WatchKind kind_;
    Duration pause_;
    std::size_t most_waiting_;
    std::size_t most_files_;
    Files files_;
    std::set<std::pair<TimePoint, std::string>> waiting_;
};

} // namespace forager
