#include "primitives/files/temporary_file.hpp"

#include "io/left_files.hpp"
#include "primitives/files/tree.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr std::string_view prefix = "forager-archive-";

// False: somebody took it for one that was left, before it was locked.
bool is_there(const Descriptor& folder)
{
    struct stat status{};
    return ::fstat(folder.number(), &status) == 0 && status.st_nlink > 0;
}

} // namespace

Result<std::unique_ptr<TemporaryFile>> TemporaryFile::make()
{
    remove_left_files();
    for (;;) {
        auto folder = blocking::temp_folder(std::string{prefix});
        if (!folder)
            return folder.error();
        Descriptor lock{::open(folder->c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
        const bool locked = lock && ::flock(lock.number(), LOCK_EX) == 0;
        if (locked && is_there(lock))
            return std::unique_ptr<TemporaryFile>{new TemporaryFile{std::move(*folder), std::move(lock)}};
        if (!locked && errno != ENOENT)
            return system_failure("cannot lock the temporary folder '" + *folder + "'", errno);
    }
}

TemporaryFile::~TemporaryFile()
{
    RemoveOptions all;
    all.tree = true;
    (void)blocking::remove(folder_, all);
}

asio::awaitable<Result<std::unique_ptr<TemporaryFile>>> temporary_file(BlockingPool& pool)
{
    auto made = co_await pool.run(&TemporaryFile::make);
    co_return made;
}

void remove_left_files()
{
    std::error_code ignored;
    remove_left(std::filesystem::temp_directory_path(ignored).string(), prefix, LeftKind::folders,
                [](const LeftFile&) { return true; });
}

} // namespace forager
