#include "primitives/cfs/folder_lock.hpp"

#include "primitives/cfs/local_files.hpp"
#include "primitives/files/paths.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace forager::cfs {

namespace asio = boost::asio;

namespace {

constexpr Duration between_tries = std::chrono::milliseconds{100};

// Nothing: another has it, or it was removed and made again meanwhile.
Result<std::optional<Descriptor>> lock_now(const std::string& root, const std::string& rest, bool alone)
{
    const auto folder = blocking::folder_within(root, rest);
    if (!folder)
        return folder.error();
    const std::string attempt = cannot("lock the folder", *folder);
    Descriptor held{::open(folder->c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!held && errno == ENOENT)
        return std::optional<Descriptor>{};
    if (!held)
        return system_failure(attempt, errno);
    if (::flock(held.number(), (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK || errno == EINTR)
            return std::optional<Descriptor>{};
        return system_failure(attempt, errno);
    }
    struct stat mine{};
    struct stat now{};
    if (::fstat(held.number(), &mine) != 0 || ::stat(folder->c_str(), &now) != 0 || mine.st_ino != now.st_ino ||
        mine.st_dev != now.st_dev)
        return std::optional<Descriptor>{};
    return std::optional{std::move(held)};
}

asio::awaitable<Result<Descriptor>> lock_one(Files files, std::string root, std::string rest, bool alone,
                                             std::function<void()>& waiting)
{
    for (;;) {
        auto held = co_await files.pool().run([&] { return lock_now(root, rest, alone); });
        if (held.has_error())
            co_return std::move(held).error();
        if (*held)
            co_return std::move(**held);
        if (auto tell = std::exchange(waiting, nullptr))
            tell();
        co_await sleep_for(files.member().clock(), between_tries);
    }
}

// Those above are shared, so that nobody has one of them alone.
std::map<std::string, bool> ways_to(const std::vector<std::string>& folders)
{
    std::map<std::string, bool> alone;
    for (const std::string& folder : folders) {
        alone[folder] = true;
        for (std::string above = folder; !above.empty();) {
            const std::size_t slash = above.rfind('/');
            above = slash == above.npos ? "" : above.substr(0, slash);
            alone.try_emplace(above, false);
        }
    }
    return alone;
}

} // namespace

asio::awaitable<Result<FolderLock>> lock_folder(Files files, std::string folder, std::function<void()> waiting)
{
    auto held = co_await lock_one(std::move(files), std::move(folder), "", true, waiting);
    if (held.has_error())
        co_return std::move(held).error();
    co_return FolderLock{std::move(*held)};
}

// In the order of their names everywhere, so that no two wait for each other.
asio::awaitable<Result<FolderLock>> lock_folders(Files files, std::string root, std::vector<std::string> below,
                                                 std::function<void()> waiting)
{
    FolderLock lock;
    for (const auto& [rest, alone] : ways_to(below)) {
        auto held = co_await lock_one(files, root, rest, alone, waiting);
        if (held.has_error())
            co_return std::move(held).error();
        lock.add(std::move(*held));
    }
    co_return lock;
}

} // namespace forager::cfs
