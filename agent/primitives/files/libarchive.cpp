#include "primitives/files/libarchive.hpp"

#include "base/text.hpp"
#include "primitives/files/archive.hpp"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace forager {

namespace {

constexpr std::size_t block = std::size_t{64} * 1024;

// Only what is built into the library: some of its other formats start programs.
ArchiveHandle new_reader()
{
    ArchiveHandle handle{archive_read_new()};
    archive_read_support_filter_gzip(handle.get());
    archive_read_support_filter_zstd(handle.get());
    archive_read_support_filter_xz(handle.get());
    archive_read_support_filter_bzip2(handle.get());
    archive_read_support_format_tar(handle.get());
    archive_read_support_format_zip(handle.get());
    return handle;
}

} // namespace

Utf8Locale::Utf8Locale()
    : own_{::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)}, before_{own_ != nullptr ? ::uselocale(own_) : nullptr}
{
}

Utf8Locale::~Utf8Locale()
{
    if (own_ == nullptr)
        return;
    ::uselocale(before_);
    ::freelocale(own_);
}

Failure archive_failure(const std::string& attempt, archive* handle)
{
    const int error = archive_errno(handle);
    if (error == ENOSPC || error == EDQUOT || error == EFBIG || error == EACCES || error == EIO)
        return system_failure(attempt, error);
    const char* const text = archive_error_string(handle);
    const std::string_view reason = text != nullptr ? text : "the archive is damaged";
    return {Errc::refused, attempt + ": " + std::string{trimmed(reason)} + "."};
}

Result<ArchiveReader> ArchiveReader::open(const std::string& path, const std::string& attempt)
{
    ArchiveReader reader;
    reader.file = Descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    if (!reader.file)
        return system_failure(attempt, errno);
    struct stat status{};
    if (::fstat(reader.file.number(), &status) == 0 && !S_ISREG(status.st_mode))
        return Failure{Errc::refused, attempt + ": it is a " + std::string{type_name(status.st_mode)} + "."};
    reader.handle = new_reader();
    if (archive_read_open_fd(reader.handle.get(), reader.file.number(), block) != ARCHIVE_OK)
        return archive_failure(attempt, reader.handle.get());
    return reader;
}

Result<archive_entry*> ArchiveReader::next(const std::string& attempt)
{
    archive_entry* entry = nullptr;
    const int answer = archive_read_next_header(handle.get(), &entry);
    if (answer == ARCHIVE_EOF)
        return static_cast<archive_entry*>(nullptr);
    if (answer != ARCHIVE_OK && answer != ARCHIVE_WARN)
        return archive_failure(attempt, handle.get());
    return entry;
}

} // namespace forager
