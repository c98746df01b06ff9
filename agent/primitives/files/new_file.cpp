#include "primitives/files/new_file.hpp"

#include "primitives/files/paths.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace forager {

namespace {

constexpr int most_links = 40;

// A rename is only on the disk when its folder is; not every file system can do that, so failing is no failure.
void sync_folder(const std::string& folder)
{
    const Descriptor descriptor{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (descriptor)
        (void)::fsync(descriptor.number());
}

} // namespace

Result<void> write_all(int descriptor, std::string_view bytes, const std::string& attempt)
{
    while (!bytes.empty()) {
        const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR)
            return system_failure(attempt, errno);
        if (count > 0)
            bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

Result<std::string> followed(std::string path, const std::string& attempt)
{
    for (int i = 0; i < most_links; ++i) {
        std::array<char, PATH_MAX> target{};
        const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
        if (length < 0)
            return path;
        const std::string_view next{target.data(), static_cast<std::size_t>(length)};
        path = next.starts_with('/') ? std::string{next} : joined(parent_of(path), next);
    }
    return system_failure(attempt, ELOOP);
}

Result<NewFile> NewFile::begin(const std::string& path, std::string attempt)
{
    auto target = followed(path, attempt);
    if (!target)
        return target.error();
    struct stat status{};
    if (::stat(target->c_str(), &status) == 0 && !S_ISREG(status.st_mode))
        return Failure{Errc::refused, attempt + ": it is a " + std::string{type_name(status.st_mode)} + "."};
    NewFile file{std::move(attempt), *std::move(target)};
    if (auto opened = file.open(); !opened)
        return opened.error();
    return file;
}

NewFile::~NewFile()
{
    if (file_ && !temporary_.empty())
        (void)::unlink(temporary_.c_str());
}

Result<void> NewFile::open()
{
    const std::string folder = parent_of(path_);
    temporary_ = joined(folder, ".forager-" + random_name());
    file_ = Descriptor{::open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666)};
    if (file_) {
        (void)::flock(file_.number(), LOCK_EX | LOCK_NB); // not every file system can
        return {};
    }
    if (errno == ENOENT)
        return Failure{Errc::not_found, attempt_ + ": there is no folder " + shown(folder) + "."};
    return system_failure(attempt_, errno);
}

Result<void> NewFile::write(std::string_view bytes)
{
    return write_all(file_.number(), bytes, attempt_);
}

Result<void> NewFile::flush()
{
    return ::fsync(file_.number()) == 0 ? Result<void>{} : system_failure(attempt_, errno);
}

Result<void> NewFile::keep(std::optional<mode_t> mode, bool exclusive)
{
    if (auto done = take_over(mode); !done)
        return done;
    if (auto done = flush(); !done)
        return done;
    if (auto done = put_in_place(exclusive); !done)
        return done;
    temporary_.clear();
    sync_folder(parent_of(path_));
    if (!file_.close())
        return system_failure(attempt_, errno);
    return {};
}

Result<void> NewFile::take_over(std::optional<mode_t> mode)
{
    struct stat old{};
    const bool replaces = ::stat(path_.c_str(), &old) == 0;
    // Only root may give files away; for everybody else the new file is simply theirs.
    if (replaces && (old.st_uid != ::geteuid() || old.st_gid != ::getegid()))
        (void)!::fchown(file_.number(), old.st_uid, old.st_gid);
    if (!mode && replaces)
        mode = old.st_mode & 07777;
    if (mode && ::fchmod(file_.number(), *mode) != 0)
        return system_failure(attempt_, errno);
    return {};
}

Result<void> NewFile::put_in_place(bool exclusive)
{
    if (!exclusive && ::rename(temporary_.c_str(), path_.c_str()) == 0)
        return {};
    if (exclusive && ::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) == 0)
        return {};
    // Some file systems know links but not this way of renaming.
    if (exclusive && errno == EINVAL && ::link(temporary_.c_str(), path_.c_str()) == 0) {
        (void)::unlink(temporary_.c_str());
        return {};
    }
    return system_failure(attempt_, errno);
}

} // namespace forager
