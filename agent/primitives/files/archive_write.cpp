#include "primitives/files/archive.hpp"

#include "io/system_failure.hpp"
#include "primitives/files/libarchive.hpp"
#include "primitives/files/new_file.hpp"
#include "primitives/files/tree.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <set>

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

namespace forager::blocking {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> suffixes = {{
    {".tar.gz", "tar.gz"},
    {".tgz", "tar.gz"},
    {".tar.zst", "tar.zst"},
    {".tzst", "tar.zst"},
    {".tar", "tar"},
    {".zip", "zip"},
}};

std::string format_of(std::string_view path)
{
    for (const auto& [suffix, format] : suffixes)
        if (path.ends_with(suffix))
            return std::string{format};
    return {};
}

// GNU's tar keeps names as the bytes that they are, however long.
bool choose(archive* handle, const std::string& format)
{
    if (format == "zip")
        return archive_write_set_format_zip(handle) == ARCHIVE_OK;
    if (archive_write_set_format_gnutar(handle) != ARCHIVE_OK)
        return false;
    if (format == "tar")
        return archive_write_add_filter_none(handle) == ARCHIVE_OK;
    if (format == "tar.zst")
        return archive_write_add_filter_zstd(handle) == ARCHIVE_OK;
    // Without the time of packing: the same files make the same archive.
    return format == "tar.gz" && archive_write_add_filter_gzip(handle) == ARCHIVE_OK &&
           archive_write_set_options(handle, "gzip:!timestamp") == ARCHIVE_OK;
}

// A file that is to be packed, and its name inside.
struct Source {
    std::string path;
    std::string name;
};

class Packer {
public:
    Packer(NewFile file, const Stop& stop, const std::optional<IgnoreRules>& ignored)
        : file_{std::move(file)},
          stop_{stop},
          ignored_{ignored},
          handle_{archive_write_new()},
          buffer_(std::size_t{256} * 1024)
    {
        struct stat own{};
        if (::fstat(file_.descriptor(), &own) == 0)
            own_ = {own.st_dev, own.st_ino};
    }

    Result<void> open(const std::string& format)
    {
        if (!choose(handle_.get(), format))
            return Failure{Errc::bad_arguments, file_.attempt() + ": its name must end with .tar.gz, .tar.zst, .tar or "
                                                                  ".zip, or the option format say which it is."};
        // Blocks of tar are for tapes; the last one need not be filled.
        archive_write_set_bytes_in_last_block(handle_.get(), 1);
        if (archive_write_open_fd(handle_.get(), file_.descriptor()) != ARCHIVE_OK)
            return archive_failure(file_.attempt(), handle_.get());
        return {};
    }

    Result<void> add_tree(Source source)
    {
        // A list of our own instead of recursion: trees can be deeper than a thread's stack.
        std::vector<Source> waiting = {std::move(source)};
        while (!waiting.empty()) {
            const Source next = std::move(waiting.back());
            waiting.pop_back();
            const auto is_folder = add(next);
            if (!is_folder)
                return is_folder.error();
            if (!*is_folder)
                continue;
            const auto names = list(next.path);
            if (!names)
                return names.error();
            for (auto name = names->rbegin(); name != names->rend(); ++name)
                waiting.push_back({joined(next.path, *name), joined(next.name, *name)});
        }
        return {};
    }

    Result<Archive> finish(const std::string& path)
    {
        if (archive_write_close(handle_.get()) != ARCHIVE_OK)
            return archive_failure(file_.attempt(), handle_.get());
        struct stat status{};
        if (::fstat(file_.descriptor(), &status) != 0)
            return system_failure(file_.attempt(), errno);
        if (auto kept = file_.keep(std::nullopt, false); !kept)
            return kept.error();
        made_.path = path;
        made_.size = static_cast<std::uint64_t>(status.st_size);
        return made_;
    }

private:
    // Whether it is a folder, whose content comes next.
    Result<bool> add(const Source& source)
    {
        if (stop_)
            return stopped(file_.attempt());
        struct stat status{};
        if (::lstat(source.path.c_str(), &status) != 0)
            return system_failure(about(source), errno);
        if (std::pair{status.st_dev, status.st_ino} == own_)
            return false;
        if (ignored_ && ignored_->leaves_out(source.name))
            return S_ISDIR(status.st_mode) && !ignored_->are_final();
        if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode) && !S_ISLNK(status.st_mode)) {
            ++made_.skipped;
            return false;
        }
        if (!names_.insert(source.name).second)
            return Failure{Errc::bad_arguments,
                           about(source) + ": the archive has an entry " + shown(source.name) + " already."};
        if (++made_.entries > most_archive_entries)
            return Failure{Errc::limit, file_.attempt() + ": there are more than 1,000,000 files."};
        if (auto added = add_entry(source, status); !added)
            return added.error();
        return S_ISDIR(status.st_mode);
    }

    Result<void> add_entry(const Source& source, struct stat& status)
    {
        Descriptor file;
        if (S_ISREG(status.st_mode)) {
            file = Descriptor{::open(source.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
            // Again through the descriptor: size and content must be of the same file.
            if (!file || ::fstat(file.number(), &status) != 0)
                return system_failure(about(source), errno);
        }
        const EntryHandle entry{archive_entry_new()};
        archive_entry_copy_stat(entry.get(), &status);
        archive_entry_copy_pathname(entry.get(), source.name.c_str());
        if (S_ISLNK(status.st_mode)) {
            std::array<char, PATH_MAX + 1> target{};
            if (::readlink(source.path.c_str(), target.data(), PATH_MAX) < 0)
                return system_failure(about(source), errno);
            archive_entry_copy_symlink(entry.get(), target.data());
        }
        const int answer = archive_write_header(handle_.get(), entry.get());
        if (answer != ARCHIVE_OK && answer != ARCHIVE_WARN)
            return archive_failure(about(source), handle_.get());
        return file ? add_content(source, file.number(), status.st_size) : Result<void>{};
    }

    // As much as the header announced: a log may have grown since.
    Result<void> add_content(const Source& source, int file, off_t size)
    {
        for (auto left = static_cast<std::size_t>(size); left > 0;) {
            if (stop_)
                return stopped(file_.attempt());
            const ssize_t count = ::read(file, buffer_.data(), std::min(left, buffer_.size()));
            if (count < 0 && errno == EINTR)
                continue;
            if (count < 0)
                return system_failure(about(source), errno);
            if (count == 0)
                return Failure{Errc::refused, about(source) + ": it became shorter while it was read."};
            if (archive_write_data(handle_.get(), buffer_.data(), static_cast<std::size_t>(count)) != count)
                return archive_failure(file_.attempt(), handle_.get());
            left -= static_cast<std::size_t>(count);
        }
        return {};
    }

    std::string about(const Source& source) const { return file_.attempt() + ": " + cannot("read", source.path); }

    NewFile file_;
    const Stop& stop_;
    const std::optional<IgnoreRules>& ignored_;
    ArchiveHandle handle_;
    std::vector<char> buffer_;
    std::pair<dev_t, ino_t> own_;
    std::set<std::string> names_;
    Archive made_;
};

Result<std::vector<Source>> named_sources(const std::vector<std::string>& paths, const std::string& base,
                                          const std::string& attempt)
{
    std::vector<Source> sources;
    for (const std::string& path : paths) {
        if (auto failure = unusable("pack", path))
            return *std::move(failure);
        const auto absolute = std::filesystem::absolute(path).lexically_normal();
        std::string name = name_of(absolute.native());
        if (!base.empty())
            name = absolute.lexically_relative(std::filesystem::absolute(base).lexically_normal() / "").native();
        if (name.empty() || name == "/" || name == ".." || name.starts_with("../"))
            return Failure{Errc::bad_arguments, attempt + ": " + shown(path) + " does not lie in the folder " +
                                                    shown(base.empty() ? "/" : base) + "."};
        sources.push_back({path, std::move(name)});
    }
    std::ranges::sort(sources, {}, &Source::name);
    return sources;
}

} // namespace

Result<Archive> create_archive(const std::string& path, const std::vector<std::string>& sources,
                               const ArchiveOptions& options, const Stop& stop)
{
    if (auto failure = unusable("make the archive", path))
        return *std::move(failure);
    const std::string attempt = cannot("make the archive", path);
    if (sources.empty())
        return Failure{Errc::bad_arguments, attempt + ": no files are named."};
    auto named = named_sources(sources, options.base, attempt);
    if (!named)
        return named.error();
    auto file = NewFile::begin(path, attempt);
    if (!file)
        return file.error();
    const Utf8Locale utf8;
    Packer packer{*std::move(file), stop, options.ignored};
    if (auto opened = packer.open(options.format.empty() ? format_of(path) : options.format); !opened)
        return opened.error();
    for (Source& source : *named)
        if (auto added = packer.add_tree(std::move(source)); !added)
            return added.error();
    return packer.finish(path);
}

} // namespace forager::blocking
