// The C library behind archives: handles that free themselves, its errors as failures. Only for the sources of
// archives.
#pragma once

#include "core/failure.hpp"
#include "io/system_failure.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <locale.h>

#include <memory>
#include <string>

namespace forager {

struct FreeArchive {
    void operator()(archive* handle) const { archive_free(handle); }
};
struct FreeEntry {
    void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
using ArchiveHandle = std::unique_ptr<archive, FreeArchive>;
using EntryHandle = std::unique_ptr<archive_entry, FreeEntry>;

/// The library takes names for text in the thread's locale: UTF-8 for the life of this object.
class Utf8Locale {
public:
    Utf8Locale();
    Utf8Locale(const Utf8Locale&) = delete;
    Utf8Locale& operator=(const Utf8Locale&) = delete;
    ~Utf8Locale();

private:
    locale_t own_;
    locale_t before_;
};

/// The library's last error of this handle.
Failure archive_failure(const std::string& attempt, archive* handle);

/// An archive that is read from a file.
struct ArchiveReader {
    Descriptor file;
    ArchiveHandle handle; // goes before the file that it reads

    static Result<ArchiveReader> open(const std::string& path, const std::string& attempt);

    /// The next entry, or a null pointer at the end.
    Result<archive_entry*> next(const std::string& attempt);
};

} // namespace forager
