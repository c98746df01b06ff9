#include "primitives/files/archive.hpp"

#include "base/text.hpp"
#include "io/system_failure.hpp"
#include "primitives/files/libarchive.hpp"
#include "primitives/files/tree.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <unistd.h>

namespace forager::blocking {

namespace {

// A name of an entry without "." and doubled slashes; nothing when it leads out of the folder.
std::optional<std::string> inner_name(std::string_view name)
{
    if (name.starts_with('/'))
        return std::nullopt;
    std::string inner;
    for (const std::string_view part : split(name, '/')) {
        if (part == "..")
            return std::nullopt;
        if (!part.empty() && part != ".")
            inner = joined(inner, part);
    }
    return inner;
}

// Going up is only safe at the start, where each step is a real folder and no other link.
bool stays_inside(std::string_view target, const std::string& link_name)
{
    auto depth = std::ranges::count(link_name, '/');
    bool going_up = true;
    for (const std::string_view part : split(target, '/')) {
        if (part == ".." && (!going_up || --depth < 0))
            return false;
        going_up = going_up && (part == ".." || part == ".");
    }
    return !target.starts_with('/') && !target.empty();
}

class Unpacker {
public:
    Unpacker(const std::string& path, const ExtractOptions& options, const Stop& stop)
        : attempt_{cannot("extract", path)}, options_{options}, stop_{stop}, disk_{archive_write_disk_new()}
    {
        // Owners and special bits of permissions stay behind.
        archive_write_disk_set_options(disk_.get(), ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_SECURE_SYMLINKS |
                                                        ARCHIVE_EXTRACT_SECURE_NODOTDOT);
    }

    Result<Extracted> run(const std::string& path, const std::string& folder)
    {
        auto done = unpack(path, folder);
        // Also sets the times of folders, which writing into them changes.
        if (archive_write_close(disk_.get()) != ARCHIVE_OK && done)
            done = archive_failure(attempt_, disk_.get());
        if (!done)
            take_back();
        return done;
    }

private:
    Result<Extracted> unpack(const std::string& path, const std::string& folder)
    {
        auto reader = ArchiveReader::open(path, attempt_);
        if (!reader)
            return reader.error();
        if (auto failure = enter(folder))
            return *std::move(failure);
        for (;;) {
            const auto entry = reader->next(attempt_);
            if (!entry)
                return entry.error();
            if (*entry == nullptr)
                return done_;
            if (auto failure = place(*reader, *entry))
                return *std::move(failure);
        }
    }

    // The library refuses links on the way, so the folder is named without any.
    std::optional<Failure> enter(const std::string& folder)
    {
        note_missing(folder);
        if (const auto made = make_folder(folder, {}); !made)
            return made.error();
        std::error_code error;
        folder_ = std::filesystem::canonical(folder, error).native();
        done_.path = folder;
        return error ? std::optional{system_failure(attempt_, error.value())} : std::nullopt;
    }

    std::optional<Failure> place(ArchiveReader& reader, archive_entry* entry)
    {
        if (stop_)
            return stopped(attempt_);
        if (++done_.entries > options_.most_entries)
            return Failure{Errc::limit, attempt_ + ": it holds more than the limit of " +
                                            std::to_string(options_.most_entries) + " entries."};
        const char* const given = archive_entry_pathname(entry);
        const std::string_view name = given != nullptr ? given : "";
        const auto inner = inner_name(name);
        if (!inner || given == nullptr)
            return refused(name, "the name leads out of the folder");
        // The folder itself.
        if (inner->empty())
            return std::nullopt;
        if (auto failure = check_kind(entry, *inner))
            return failure;
        return write(reader, entry, *inner);
    }

    std::optional<Failure> check_kind(archive_entry* entry, const std::string& inner)
    {
        const mode_t type = archive_entry_filetype(entry);
        if (const char* const target = archive_entry_hardlink(entry)) {
            const auto inside = inner_name(target);
            if (!inside || inside->empty())
                return refused(inner, "it is a link that leads out of the folder");
            archive_entry_copy_hardlink(entry, joined(folder_, *inside).c_str());
            return std::nullopt;
        }
        if (type == AE_IFLNK) {
            const char* const target = archive_entry_symlink(entry);
            if (target == nullptr || !stays_inside(target, inner))
                return refused(inner, "it is a link that leads out of the folder");
        } else if (type != AE_IFREG && type != AE_IFDIR) {
            return refused(inner, "it is no file, folder or link");
        }
        return std::nullopt;
    }

    std::optional<Failure> write(ArchiveReader& reader, archive_entry* entry, const std::string& inner)
    {
        const std::string path = joined(folder_, inner);
        struct stat status{};
        const bool is_there = ::lstat(path.c_str(), &status) == 0;
        const bool both_folders = is_there && S_ISDIR(status.st_mode) && archive_entry_filetype(entry) == AE_IFDIR;
        if (both_folders)
            return std::nullopt;
        if (is_there && (!options_.overwrite || S_ISDIR(status.st_mode)))
            return refused(inner, "there is a " + std::string{type_name(status.st_mode)} + " of that name already");
        note_missing(path);
        archive_entry_copy_pathname(entry, path.c_str());
        const int answer = archive_write_header(disk_.get(), entry);
        if (answer != ARCHIVE_OK && answer != ARCHIVE_WARN)
            return refused_by_library(inner);
        if (auto failure = write_content(reader, inner))
            return failure;
        return archive_write_finish_entry(disk_.get()) < ARCHIVE_WARN ? std::optional{refused_by_library(inner)}
                                                                      : std::nullopt;
    }

    std::optional<Failure> write_content(ArchiveReader& reader, const std::string& inner)
    {
        std::int64_t end = 0;
        for (;;) {
            const void* block = nullptr;
            std::size_t size = 0;
            std::int64_t offset = 0;
            const int answer = archive_read_data_block(reader.handle.get(), &block, &size, &offset);
            if (answer == ARCHIVE_EOF)
                return std::nullopt;
            if (answer < ARCHIVE_WARN)
                return archive_failure(attempt_, reader.handle.get());
            if (stop_)
                return stopped(attempt_);
            // With holes counted as if they were filled.
            const std::int64_t next = offset + static_cast<std::int64_t>(size);
            done_.bytes += static_cast<std::uint64_t>(std::max<std::int64_t>(0, next - end));
            end = std::max(end, next);
            if (done_.bytes > options_.most_bytes)
                return Failure{Errc::limit, attempt_ + ": unpacked it is larger than the limit of " +
                                                bytes_text(options_.most_bytes) + "."};
            // A write that failed is only a warning to the library.
            if (archive_write_data_block(disk_.get(), block, size, offset) != ARCHIVE_OK)
                return refused_by_library(inner);
        }
    }

    // Remembers what will be made: the path and the folders above it that are not there.
    void note_missing(std::string path)
    {
        std::vector<std::string> missing;
        struct stat status{};
        while (::lstat(path.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
            missing.push_back(path);
            path = parent_of(path);
        }
        made_.insert(made_.end(), missing.rbegin(), missing.rend());
    }

    void take_back()
    {
        for (auto path = made_.rbegin(); path != made_.rend(); ++path)
            (void)::remove(path->c_str());
    }

    Failure refused(std::string_view name, const std::string& why) const
    {
        return {Errc::refused, attempt_ + ": its entry " + shown(name) + " is refused, " + why + "."};
    }

    Failure refused_by_library(const std::string& inner) const
    {
        return archive_failure(attempt_ + ": its entry " + shown(inner), disk_.get());
    }

    std::string attempt_;
    const ExtractOptions& options_;
    const Stop& stop_;
    ArchiveHandle disk_;
    std::string folder_;
    Extracted done_;
    std::vector<std::string> made_;
};

ArchiveEntry described(archive_entry* entry)
{
    ArchiveEntry described;
    const char* const name = archive_entry_pathname(entry);
    described.name = name != nullptr ? name : "";
    described.type = archive_entry_hardlink(entry) != nullptr ? "link" : type_name(archive_entry_filetype(entry));
    described.size = static_cast<std::uint64_t>(std::max<std::int64_t>(0, archive_entry_size(entry)));
    described.modified =
        static_cast<double>(archive_entry_mtime(entry)) + static_cast<double>(archive_entry_mtime_nsec(entry)) / 1e9;
    described.mode = archive_entry_perm(entry);
    return described;
}

} // namespace

Result<Extracted> extract_archive(const std::string& path, const std::string& folder, const ExtractOptions& options,
                                  const Stop& stop)
{
    if (auto failure = unusable("extract", path))
        return *std::move(failure);
    if (auto failure = unusable("extract into", folder))
        return *std::move(failure);
    const Utf8Locale utf8;
    return Unpacker{path, options, stop}.run(path, folder);
}

Result<std::vector<ArchiveEntry>> list_archive(const std::string& path, const Stop& stop)
{
    if (auto failure = unusable("list the archive", path))
        return *std::move(failure);
    const std::string attempt = cannot("list the archive", path);
    const Utf8Locale utf8;
    auto reader = ArchiveReader::open(path, attempt);
    if (!reader)
        return reader.error();
    std::vector<ArchiveEntry> entries;
    while (!stop) {
        const auto entry = reader->next(attempt);
        if (!entry)
            return entry.error();
        if (*entry == nullptr)
            return entries;
        if (entries.size() >= most_archive_entries)
            return Failure{Errc::limit, attempt + ": it holds more than 1,000,000 entries."};
        entries.push_back(described(*entry));
    }
    return stopped(attempt);
}

} // namespace forager::blocking
