#include "primitives/cfs/local_files.hpp"

#include "core/file_label.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"
#include "io/system_failure.hpp"
#include "primitives/files/paths.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace forager::cfs {

namespace {

constexpr std::string_view ours = ".forager-"; // also what a download keeps beside its target

std::int64_t nanoseconds(const timespec& time)
{
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

Identity identity_in(const struct stat& status)
{
    return {static_cast<std::uint64_t>(status.st_size), nanoseconds(status.st_mtim), nanoseconds(status.st_ctim),
            status.st_ino};
}

/// The path without links; empty where it leads nowhere.
std::string resolved(const std::string& path)
{
    const std::unique_ptr<char, decltype(&std::free)> real{::realpath(path.c_str(), nullptr), &std::free};
    return real ? std::string{real.get()} : std::string{};
}

bool is_below(const std::string& path, const std::string& root)
{
    return root == "/" || path == root || (path.starts_with(root) && path[root.size()] == '/');
}

class Walk {
public:
    Walk(std::string root, LocalTree& tree, const std::atomic<bool>& stop)
        : root_{std::move(root)}, tree_{tree}, stop_{stop}
    {
    }

    Result<void> folder(const std::string& below)
    {
        const std::string path = below.empty() ? root_ : root_ + "/" + below;
        const std::unique_ptr<DIR, int (*)(DIR*)> entries{::opendir(path.c_str()), &::closedir};
        if (!entries)
            return system_failure(cannot("read the folder", path), errno);
        std::vector<std::string> folders;
        while (const dirent* entry = ::readdir(entries.get())) {
            const std::string_view name = entry->d_name;
            if (stop_)
                return stopped(cannot("read the folder", path));
            if (name.starts_with(sync_prefix))
                tree_.leftovers.push_back(path_below(below, name));
            if (name == "." || name == ".." || is_left_alone(name))
                continue;
            take(path_below(below, name), std::string{name}, folders);
        }
        for (const std::string& inner : folders) {
            auto read = folder(inner);
            if (!read && read.error().code == Errc::cancelled)
                return read;
            if (!read)
                skip(inner, "cannot be read: " + read.error().message);
        }
        return {};
    }

private:
    void take(const std::string& path, const std::string& name, std::vector<std::string>& folders)
    {
        if (const auto wrong = wrong_file_name(name))
            return skip(path, "has a name that " + *wrong);
        struct stat status{};
        if (::lstat((root_ + "/" + path).c_str(), &status) != 0)
            return; // gone meanwhile
        if (S_ISLNK(status.st_mode))
            return link(path);
        if (S_ISDIR(status.st_mode))
            folders.push_back(path);
        else if (S_ISREG(status.st_mode))
            tree_.files.push_back({path, identity_in(status)});
        else
            skip(path, "is a " + std::string{type_name(status.st_mode)});
    }

    void link(const std::string& path)
    {
        const std::string target = resolved(root_ + "/" + path);
        struct stat status{};
        if (target.empty() || ::stat(target.c_str(), &status) != 0)
            return skip(path, "is a link to nothing");
        if (!is_below(target, root_))
            return skip(path, "is a link that leads out of the folder");
        if (!S_ISREG(status.st_mode))
            return skip(path, "is a link to a " + std::string{type_name(status.st_mode)});
        tree_.files.push_back({path, identity_in(status)});
    }

    void skip(const std::string& path, std::string why) { tree_.skipped.push_back({path, std::move(why)}); }

    std::string root_;
    LocalTree& tree_;
    const std::atomic<bool>& stop_;
};

Failure changed_meanwhile(const std::string& attempt)
{
    return {Errc::refused, attempt + ": it was changed meanwhile."};
}

// What is no file was not made so in that moment: somebody has to see to it.
Failure taken(const std::string& attempt, const std::string& path)
{
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
        return {Errc::refused,
                attempt + ": a " + std::string{type_name(status.st_mode)} + " of that name is in the way."};
    return changed_meanwhile(attempt);
}

Result<std::string> made_and_resolved(const std::string& path)
{
    const std::string attempt = cannot("make the folder", path);
    if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST)
        return system_failure(attempt, errno);
    const std::string real = resolved(path);
    if (real.empty())
        return system_failure(attempt, errno);
    struct stat status{};
    if (::stat(real.c_str(), &status) != 0)
        return system_failure(attempt, errno);
    if (!S_ISDIR(status.st_mode))
        return Failure{Errc::refused, attempt + ": there is a " + std::string{type_name(status.st_mode)} + "."};
    return real;
}

} // namespace

bool is_left_alone(std::string_view name)
{
    return name == ".cfs" || name.starts_with(ours);
}

namespace blocking {

Result<LocalTree> local_tree(const std::string& folder, const std::atomic<bool>& stop)
{
    const std::string root = resolved(folder);
    if (root.empty())
        return system_failure(cannot("read the folder", folder), errno);
    LocalTree tree;
    tree.root = root;
    Walk walk{root == "/" ? "" : root, tree, stop};
    if (auto walked = walk.folder(""); !walked)
        return walked.error();
    std::ranges::sort(tree.files, {}, &LocalFile::path);
    std::ranges::sort(tree.skipped, {}, &Skipped::path);
    return tree;
}

Result<Identity> identity_of(const std::string& path)
{
    const std::string attempt = cannot("read", path);
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0)
        return system_failure(attempt, errno);
    if (!S_ISREG(status.st_mode))
        return Failure{Errc::refused, attempt + ": it is a " + std::string{type_name(status.st_mode)} + "."};
    return identity_in(status);
}

Result<std::string> checksum_of(const std::string& path, const Identity& identity, const std::atomic<bool>& stop)
{
    auto sum = digest_file(Digest::sha256, path, &stop);
    if (!sum)
        return sum.error();
    const auto after = identity_of(path);
    if (!after)
        return after.error();
    if (*after != identity)
        return changed_meanwhile(cannot("read", path));
    return to_hex(*sum);
}

Result<std::string> folder_within(const std::string& root, std::string_view rest)
{
    std::error_code error;
    std::filesystem::create_directories(root, error);
    const std::string real = resolved(root);
    if (real.empty())
        return system_failure(cannot("make the folder", root), error ? error.value() : errno);
    std::string path = real;
    while (!rest.empty()) {
        const std::size_t slash = rest.find('/');
        const std::string step = joined(path, rest.substr(0, slash));
        rest.remove_prefix(slash == rest.npos ? rest.size() : slash + 1);
        auto next = made_and_resolved(step);
        if (!next)
            return next.error();
        if (!is_below(*next, real))
            return Failure{Errc::refused,
                           cannot("use the folder", step) + ": it is a link that leads out of " + shown(real) + "."};
        path = std::move(*next);
    }
    return path;
}

Result<void> put_in_place(const std::string& from, const std::string& to, const Identity* expected)
{
    const std::string attempt = cannot("write", to);
    const auto fail = [&](Failure failure) {
        (void)::unlink(from.c_str());
        return failure;
    };
    if (expected == nullptr) {
        if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0)
            return {};
        if (errno == EINVAL && ::link(from.c_str(), to.c_str()) == 0) { // some file systems know links only
            (void)::unlink(from.c_str());
            return {};
        }
        return fail(errno == EEXIST ? taken(attempt, to) : system_failure(attempt, errno));
    }
    struct stat status{};
    if (::stat(to.c_str(), &status) != 0 || identity_in(status) != *expected)
        return fail(taken(attempt, to));
    (void)::chmod(from.c_str(), status.st_mode & 07777);
    if (::rename(from.c_str(), to.c_str()) != 0)
        return fail(system_failure(attempt, errno));
    return {};
}

void flush_folder(const std::string& folder)
{
    const Descriptor descriptor{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (descriptor)
        (void)::fsync(descriptor.number()); // not every file system can
}

Result<void> remove_unchanged(const std::string& path, const Identity& identity)
{
    const std::string attempt = cannot("remove", path);
    const auto now = identity_of(path);
    if (!now || *now != identity)
        return changed_meanwhile(attempt);
    if (::unlink(path.c_str()) != 0)
        return system_failure(attempt, errno);
    return {};
}

void remove_leftovers(const std::vector<std::string>& folders)
{
    for (const std::string& folder : folders) {
        const std::unique_ptr<DIR, int (*)(DIR*)> entries{::opendir(folder.c_str()), &::closedir};
        while (const dirent* entry = entries ? ::readdir(entries.get()) : nullptr)
            if (std::string_view{entry->d_name}.starts_with(sync_prefix))
                (void)::unlink(joined(folder, entry->d_name).c_str());
    }
}

} // namespace blocking

} // namespace forager::cfs
