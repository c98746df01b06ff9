#include "cli/documents/file_stamps.hpp"

#include <sys/stat.h>

namespace forager::cli {

bool FileStamps::Stamp::operator==(const Stamp& other) const
{
    return changed.tv_sec == other.changed.tv_sec && changed.tv_nsec == other.changed.tv_nsec && size == other.size &&
           number == other.number;
}

std::optional<FileStamps::Stamp> FileStamps::of(const std::string& file)
{
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0)
        return std::nullopt;
    return Stamp{status.st_mtim, status.st_size, status.st_ino};
}

std::vector<std::string> FileStamps::changed()
{
    std::vector<std::string> files;
    for (auto& [file, stamp] : stamps_) {
        const auto present = of(file);
        if (!present || present == stamp)
            continue;
        stamp = present;
        files.push_back(file);
    }
    return files;
}

} // namespace forager::cli
