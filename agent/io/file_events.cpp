#include "io/file_events.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/inotify.h>
#include <unistd.h>

namespace forager {

namespace {

constexpr std::uint32_t interest = IN_CREATE | IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM |
                                   IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;

Failure no_watch(const std::string& folder, int error)
{
    if (error == ENOSPC)
        return {Errc::limit,
                "cannot watch '" + folder +
                    "': the user watches as many folders as the machine allows (fs.inotify.max_user_watches)."};
    return system_failure("cannot watch '" + folder + "'", error);
}

} // namespace

Result<std::unique_ptr<FileEvents>> FileEvents::open(const boost::asio::any_io_executor& executor,
                                                     std::function<void()> ready)
{
    const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (descriptor < 0 && errno == EMFILE)
        return Failure{Errc::limit, "cannot watch files: too many programs of this user do, or too many files are open "
                                    "(fs.inotify.max_user_instances, RLIMIT_NOFILE)."};
    if (descriptor < 0)
        return system_failure("cannot watch files", errno);
    std::unique_ptr<FileEvents> events{new FileEvents{executor, descriptor, std::move(ready)}};
    events->wait();
    return events;
}

FileEvents::FileEvents(const boost::asio::any_io_executor& executor, int descriptor, std::function<void()> ready)
    : inotify_{executor, descriptor}, ready_{std::move(ready)}, self_{std::make_shared<FileEvents*>(this)}
{
}

void FileEvents::wait()
{
    inotify_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [weak = std::weak_ptr{self_}](boost::system::error_code error) {
                            const auto self = weak.lock();
                            if (self && !error)
                                (*self)->ready_();
                        });
}

Result<bool> FileEvents::watch(const std::string& folder)
{
    const int watch = ::inotify_add_watch(inotify_.native_handle(), folder.c_str(), interest);
    if (watch < 0) {
        const int error = errno;
        detach(folder);
        return no_watch(folder, error);
    }
    const auto known = watches_.find(folder);
    if (known != watches_.end() && known->second == watch)
        return false;
    detach(folder);
    watches_[folder] = watch;
    folders_[watch].insert(folder);
    return true;
}

void FileEvents::detach(const std::string& folder)
{
    const auto known = watches_.find(folder);
    if (known == watches_.end())
        return;
    const auto shared = folders_.find(known->second);
    shared->second.erase(folder);
    if (shared->second.empty()) {
        (void)::inotify_rm_watch(inotify_.native_handle(), known->second);
        folders_.erase(shared);
    }
    watches_.erase(known);
}

void FileEvents::keep_only(const std::set<std::string>& folders)
{
    std::vector<std::string> others;
    for (const auto& [folder, watch] : watches_)
        if (!folders.contains(folder))
            others.push_back(folder);
    for (const std::string& folder : others)
        detach(folder);
}

FileEvents::News FileEvents::take()
{
    News news;
    alignas(inotify_event) std::array<char, std::size_t{16} * 1024> buffer;
    // Bounded by what the kernel keeps; a writer that is faster than this must not hold the strand.
    for (int turns = 0; turns < 100; ++turns) {
        const ssize_t count = ::read(inotify_.native_handle(), buffer.data(), buffer.size());
        if (count <= 0)
            break;
        read_into(news, {buffer.data(), static_cast<std::size_t>(count)});
    }
    wait();
    return news;
}

void FileEvents::read_into(News& news, std::string_view bytes)
{
    while (bytes.size() >= sizeof(inotify_event)) {
        inotify_event event;
        std::memcpy(&event, bytes.data(), sizeof event);
        const std::string_view name{bytes.data() + sizeof event, ::strnlen(bytes.data() + sizeof event, event.len)};
        bytes.remove_prefix(sizeof event + event.len);
        if ((event.mask & IN_Q_OVERFLOW) != 0)
            news.lost = true;
        else if (!name.empty())
            add(news, event.wd, name, (event.mask & (IN_DELETE | IN_MOVED_FROM)) != 0);
        else if ((event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT | IN_ATTRIB)) != 0)
            add(news, event.wd, name, (event.mask & IN_ATTRIB) == 0);
        if ((event.mask & IN_IGNORED) == 0)
            continue;
        const auto ended = folders_.find(event.wd);
        if (ended == folders_.end())
            continue;
        for (const std::string& folder : ended->second)
            watches_.erase(folder);
        folders_.erase(ended);
    }
}

void FileEvents::add(News& news, int watch, std::string_view name, bool gone)
{
    const auto known = folders_.find(watch);
    if (known == folders_.end())
        return; // not watched any more
    for (const std::string& folder : known->second)
        news.changes.push_back({folder, std::string{name}, gone});
}

} // namespace forager
