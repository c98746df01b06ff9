#include "primitives/files/tree.hpp"

#include "io/system_failure.hpp"
#include "primitives/files/paths.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace forager::blocking {

namespace {

FileStatus described(const struct stat& status)
{
    FileStatus described;
    described.size = static_cast<std::uint64_t>(status.st_size);
    described.modified = static_cast<double>(status.st_mtim.tv_sec) + static_cast<double>(status.st_mtim.tv_nsec) / 1e9;
    described.type = type_name(status.st_mode);
    described.mode = status.st_mode & 07777;
    return described;
}

bool is_missing(int error)
{
    return error == ENOENT || error == ENOTDIR;
}

bool is_folder(const std::string& path)
{
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// Also through "..", links and the present folder: what is removed must not be the root.
std::optional<Failure> too_much(const std::string& path)
{
    const std::string name = name_of(path);
    if (name == "." || name == "..")
        return Failure{Errc::bad_arguments, cannot("remove", path) + ": name the folder itself."};
    std::error_code error;
    const bool is_link = std::filesystem::is_symlink(path, error);
    if (name.empty() || name == "/" || (!is_link && std::filesystem::equivalent(path, "/", error)))
        return Failure{Errc::refused, cannot("remove", path) + ": that is the root of everything."};
    return std::nullopt;
}

Result<bool> remove_tree(const std::string& path)
{
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (error)
        return system_failure(cannot("remove", path), error.value());
    return true;
}

Result<void> make_one(const std::string& path)
{
    if (::mkdir(path.c_str(), 0777) == 0)
        return {};
    if (errno == ENOENT)
        return Failure{Errc::not_found,
                       cannot("make the folder", path) + ": there is no folder " + shown(parent_of(path)) + "."};
    return system_failure(cannot("make the folder", path), errno);
}

// From the top down, without recursion: a path can name thousands of folders.
Result<void> make_all(const std::string& path)
{
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        const std::string part = path.substr(0, end);
        if (!is_folder(part))
            if (auto made = make_one(part); !made && !is_folder(part))
                return made;
        if (end == std::string::npos)
            return {};
    }
}

Result<std::string> temp_pattern(const std::string& prefix)
{
    if (prefix.find_first_of(std::string_view{"/\0", 2}) != std::string::npos)
        return Failure{Errc::bad_arguments,
                       "cannot make a temporary file: the prefix " + shown(prefix) + " must be part of a name."};
    const char* const folder = std::getenv("TMPDIR");
    return joined(folder != nullptr && *folder != '\0' ? folder : "/tmp", prefix + "XXXXXX");
}

} // namespace

Result<std::optional<FileStatus>> status(const std::string& path)
{
    if (auto failure = unusable("look at", path))
        return *std::move(failure);
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0)
        return std::optional{described(status)};
    // A link to nothing, or one that runs in circles, is still there itself.
    if (::lstat(path.c_str(), &status) == 0)
        return std::optional{described(status)};
    if (is_missing(errno))
        return std::optional<FileStatus>{};
    return system_failure(cannot("look at", path), errno);
}

Result<std::vector<std::string>> list(const std::string& folder)
{
    if (auto failure = unusable("list", folder))
        return *std::move(failure);
    const std::unique_ptr<DIR, int (*)(DIR*)> open{::opendir(folder.c_str()), &::closedir};
    if (!open)
        return system_failure(cannot("list", folder), errno);
    std::vector<std::string> names;
    for (errno = 0; const dirent* entry = ::readdir(open.get()); errno = 0) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..")
            names.emplace_back(name);
        if (names.size() > most_listed)
            return Failure{Errc::limit, cannot("list", folder) + ": it holds more than 1,000,000 entries."};
    }
    if (errno != 0)
        return system_failure(cannot("list", folder), errno);
    std::ranges::sort(names);
    return names;
}

Result<bool> make_folder(const std::string& path, const FolderOptions& options)
{
    if (auto failure = unusable("make the folder", path))
        return *std::move(failure);
    if (options.parents && is_folder(path))
        return false;
    const Result<void> made = options.parents ? make_all(path) : make_one(path);
    if (!made)
        return made.error();
    return true;
}

Result<bool> remove(const std::string& path, const RemoveOptions& options)
{
    if (auto failure = unusable("remove", path))
        return *std::move(failure);
    if (auto failure = too_much(path))
        return *std::move(failure);
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) {
        if (is_missing(errno))
            return false;
        return system_failure(cannot("remove", path), errno);
    }
    if (options.tree)
        return remove_tree(path);
    if (::remove(path.c_str()) == 0)
        return true;
    if (errno == ENOTEMPTY || errno == EEXIST)
        return Failure{Errc::refused, cannot("remove", path) + ": the folder is not empty; ask for the whole tree."};
    return system_failure(cannot("remove", path), errno);
}

Result<std::string> temp_file(const std::string& prefix)
{
    auto path = temp_pattern(prefix);
    if (!path)
        return path;
    const Descriptor file{::mkostemp(path->data(), O_CLOEXEC)};
    if (!file)
        return system_failure("cannot make a temporary file " + shown(*path), errno);
    return path;
}

Result<std::string> temp_folder(const std::string& prefix)
{
    auto path = temp_pattern(prefix);
    if (path && ::mkdtemp(path->data()) == nullptr)
        return system_failure("cannot make a temporary folder " + shown(*path), errno);
    return path;
}

} // namespace forager::blocking
