#include "primitives/files/copy.hpp"

#include "io/system_failure.hpp"
#include "primitives/files/new_file.hpp"
#include "primitives/files/tree.hpp"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace forager::blocking {

namespace {

namespace fs = std::filesystem;

std::string cannot_copy(std::string_view verb, const std::string& from, const std::string& to)
{
    return cannot(verb, from) + " to " + shown(to);
}

Result<void> copy_content(int from, NewFile& to, const Stop& stop)
{
    std::vector<char> buffer(std::size_t{256} * 1024);
    while (!stop) {
        const ssize_t count = ::read(from, buffer.data(), buffer.size());
        if (count == 0)
            return {};
        if (count < 0 && errno != EINTR)
            return system_failure(to.attempt(), errno);
        if (count > 0)
            if (auto written = to.write({buffer.data(), static_cast<std::size_t>(count)}); !written)
                return written;
    }
    return stopped(to.attempt());
}

Result<void> copy_file(const std::string& from, const std::string& to, bool overwrite, const Stop& stop)
{
    const std::string attempt = cannot_copy("copy", from, to);
    const Descriptor source{::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    if (!source)
        return system_failure(attempt, errno);
    struct stat status{};
    if (::fstat(source.number(), &status) != 0)
        return system_failure(attempt, errno);
    if (!S_ISREG(status.st_mode))
        return Failure{Errc::refused,
                       attempt + ": " + shown(from) + " is a " + std::string{type_name(status.st_mode)} + "."};
    auto target = NewFile::begin(to, attempt);
    if (!target)
        return target.error();
    if (auto copied = copy_content(source.number(), *target, stop); !copied)
        return copied;
    return target->keep(status.st_mode & 0777, !overwrite);
}

Result<void> copy_link(const std::string& from, const std::string& to, bool overwrite)
{
    const std::string attempt = cannot_copy("copy", from, to);
    std::error_code error;
    const fs::path target = fs::read_symlink(from, error);
    if (error)
        return system_failure(attempt, error.value());
    const std::string temporary = joined(parent_of(to), ".forager-" + random_name());
    if (::symlink(target.c_str(), (overwrite ? temporary : to).c_str()) != 0)
        return system_failure(attempt, errno);
    if (overwrite && ::rename(temporary.c_str(), to.c_str()) != 0) {
        const int reason = errno;
        (void)::unlink(temporary.c_str());
        return system_failure(attempt, reason);
    }
    return {};
}

Result<void> copy_entry(const fs::directory_entry& entry, const std::string& to, bool overwrite, const Stop& stop)
{
    std::error_code error;
    const fs::file_status status = entry.symlink_status(error);
    if (error)
        return system_failure(cannot_copy("copy", entry.path().native(), to), error.value());
    if (fs::is_symlink(status))
        return copy_link(entry.path().native(), to, overwrite);
    if (!fs::is_directory(status))
        return copy_file(entry.path().native(), to, overwrite, stop);
    const auto made = make_folder(to, {});
    return made ? Result<void>{} : Result<void>{made.error()};
}

// Permissions of folders come last: one may forbid writing into it.
Result<void> copy_permissions(const std::vector<std::pair<std::string, std::string>>& folders)
{
    for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
        struct stat status{};
        if (::stat(folder->first.c_str(), &status) != 0 || ::chmod(folder->second.c_str(), status.st_mode & 07777) != 0)
            return system_failure(cannot_copy("copy", folder->first, folder->second), errno);
    }
    return {};
}

Result<void> copy_tree(const std::string& from, const std::string& to, bool overwrite, const Stop& stop)
{
    const std::string attempt = cannot_copy("copy", from, to);
    if (const auto made = make_folder(to, {}); !made)
        return made.error();
    std::vector<std::pair<std::string, std::string>> folders = {{from, to}};
    std::error_code error;
    for (fs::recursive_directory_iterator entry{from, error}, end; !error && entry != end; entry.increment(error)) {
        if (stop)
            return stopped(attempt);
        const std::string target =
            joined(to, entry->path().native().substr(from.size() + (from.ends_with('/') ? 0 : 1)));
        if (auto copied = copy_entry(*entry, target, overwrite, stop); !copied)
            return copied;
        if (entry->is_directory(error) && !entry->is_symlink(error))
            folders.emplace_back(entry->path().native(), target);
    }
    if (error)
        return system_failure(attempt, error.value());
    return copy_permissions(folders);
}

std::string resolved(const std::string& path)
{
    std::error_code error;
    return fs::weakly_canonical(fs::absolute(path, error), error).native();
}

// A copy of a folder inside of itself would never end.
bool lies_inside(const std::string& path, const std::string& folder)
{
    return (resolved(path) + "/").starts_with(joined(resolved(folder), ""));
}

std::optional<Failure> refusal(std::string_view verb, const std::string& from, const std::string& to,
                               const CopyOptions& options)
{
    if (auto failure = unusable(verb, from))
        return failure;
    if (auto failure = unusable(verb, to))
        return failure;
    struct stat status{};
    if (::lstat(from.c_str(), &status) != 0)
        return system_failure(cannot_copy(verb, from, to), errno);
    struct stat target{};
    if (!options.overwrite && ::lstat(to.c_str(), &target) == 0)
        return Failure{Errc::refused, cannot_copy(verb, from, to) + ": the target is there already."};
    if (S_ISDIR(status.st_mode) && lies_inside(to, from))
        return Failure{Errc::bad_arguments, cannot_copy(verb, from, to) + ": a folder cannot hold itself."};
    return std::nullopt;
}

Result<void> copy_any(const std::string& from, const std::string& to, bool overwrite, const Stop& stop)
{
    std::error_code error;
    if (fs::is_directory(from, error))
        return copy_tree(from, to, overwrite, stop);
    return copy_file(from, to, overwrite, stop);
}

Result<void> move_across(const std::string& from, const std::string& to, const CopyOptions& options, const Stop& stop)
{
    std::error_code error;
    const Result<void> copied = fs::is_symlink(from, error) ? copy_link(from, to, options.overwrite)
                                                            : copy_any(from, to, options.overwrite, stop);
    if (!copied)
        return copied;
    RemoveOptions all;
    all.tree = true;
    const auto removed = remove(from, all);
    return removed ? Result<void>{} : Result<void>{removed.error()};
}

} // namespace

Result<void> copy(const std::string& from, const std::string& to, const CopyOptions& options, const Stop& stop)
{
    if (auto failure = refusal("copy", from, to, options))
        return *std::move(failure);
    return copy_any(from, to, options.overwrite, stop);
}

Result<void> move(const std::string& from, const std::string& to, const CopyOptions& options, const Stop& stop)
{
    if (auto failure = refusal("move", from, to, options))
        return *std::move(failure);
    const unsigned flags = options.overwrite ? 0U : unsigned{RENAME_NOREPLACE};
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0)
        return {};
    if (errno == EINVAL && !options.overwrite && ::rename(from.c_str(), to.c_str()) == 0)
        return {};
    if (errno == EXDEV)
        return move_across(from, to, options, stop);
    if (errno == ENOENT)
        return Failure{Errc::not_found,
                       cannot_copy("move", from, to) + ": there is no folder " + shown(parent_of(to)) + "."};
    if (errno == ENOTDIR)
        return Failure{Errc::refused, cannot_copy("move", from, to) + ": a folder cannot replace what is no folder."};
    return system_failure(cannot_copy("move", from, to), errno);
}

} // namespace forager::blocking
