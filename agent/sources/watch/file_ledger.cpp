#include "sources/watch/file_ledger.hpp"

namespace forager {

FileLedger::FileLedger(WatchKind kind, Duration settle, std::size_t most_waiting, std::size_t most_files)
    : kind_{kind},
      pause_{kind == WatchKind::settled ? settle : Duration{0}},
      most_waiting_{most_waiting},
      most_files_{most_files}
{
}

void FileLedger::restore(const std::string& path, FileMark mark)
{
    files_[path] = File{mark, mark, std::nullopt};
}

bool FileLedger::is_news(const std::optional<FileMark>& handled, FileMark mark) const
{
    if (kind_ == WatchKind::added)
        return !handled || handled->inode != mark.inode;
    return handled != mark;
}

FileLedger::Saw FileLedger::saw(const std::string& path, FileMark mark, TimePoint now, bool touched)
{
    const auto found = files_.find(path);
    if (found == files_.end())
        return first_seen(path, mark, now);
    File& file = found->second;
    if (!is_news(file.handled, mark)) {
        stop_waiting(*found);
        file.mark = mark;
        return Saw::known;
    }
    if (!file.ready_at && waiting_.size() >= most_waiting_)
        return Saw::full;
    if (!file.ready_at || touched || file.mark != mark)
        wait(*found, now + pause_);
    file.mark = mark;
    return Saw::known;
}

FileLedger::Saw FileLedger::first_seen(const std::string& path, FileMark mark, TimePoint now)
{
    if (waiting_.size() >= most_waiting_ || files_.size() >= most_files_)
        return Saw::full;
    if (kind_ == WatchKind::changed) {
        restore(path, mark);
        return Saw::baseline;
    }
    wait(*files_.emplace(path, File{mark, std::nullopt, std::nullopt}).first, now + pause_);
    return Saw::known;
}

bool FileLedger::gone(const std::string& path)
{
    const auto found = files_.find(path);
    if (found == files_.end())
        return false;
    const bool was_handled = found->second.handled.has_value();
    stop_waiting(*found);
    files_.erase(found);
    return was_handled;
}

std::vector<std::string> FileLedger::ready(TimePoint now, std::size_t most) const
{
    std::vector<std::string> paths;
    for (const auto& [ready_at, path] : waiting_) {
        if (ready_at > now || paths.size() == most)
            break;
        paths.push_back(path);
    }
    return paths;
}

std::optional<FileMark> FileLedger::ready_mark(const std::string& path, TimePoint now) const
{
    const auto found = files_.find(path);
    if (found == files_.end() || !found->second.ready_at || *found->second.ready_at > now)
        return std::nullopt;
    return found->second.mark;
}

void FileLedger::handled(const std::string& path, FileMark mark)
{
    const auto found = files_.find(path);
    if (found == files_.end())
        return;
    found->second.handled = mark;
    if (!is_news(mark, found->second.mark))
        stop_waiting(*found);
}

std::optional<TimePoint> FileLedger::next() const
{
    return waiting_.empty() ? std::nullopt : std::optional{waiting_.begin()->first};
}

std::vector<std::string> FileLedger::paths() const
{
    std::vector<std::string> paths;
    for (const auto& [path, file] : files_)
        paths.push_back(path);
    return paths;
}

void FileLedger::wait(Files::value_type& file, TimePoint ready_at)
{
    stop_waiting(file);
    file.second.ready_at = ready_at;
    waiting_.emplace(ready_at, file.first);
}

void FileLedger::stop_waiting(Files::value_type& file)
{
    if (file.second.ready_at)
        waiting_.erase({*file.second.ready_at, file.first});
    file.second.ready_at.reset();
}

} // namespace forager
