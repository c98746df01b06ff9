// A look at the disk on behalf of a watch: which folders to listen in, which files there are. Blocks: for the pool.
#pragma once

#include "core/file_pattern.hpp"
#include "ports/handled_files.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace forager {

/// A folder in which something of a pattern may appear.
struct WatchedFolder {
    std::string path;
    std::string part;  ///< of the pattern: what names in it are about
    bool last = false; ///< these names are files, not folders on the way
};

using FoundFile = std::pair<std::string, FileMark>;

struct Survey {
    static constexpr std::size_t most_folders = 1'000;

    std::vector<WatchedFolder> folders;
    std::vector<FoundFile> files;
    std::vector<std::string> troubles; ///< sentences
    bool complete = true;              ///< false: there may be files that are not listed
};

/// Whether a part of a pattern fits a name.
bool fits(const std::string& part, const std::string& name);

Survey survey(const FilePattern& pattern, std::size_t most_files);

/// One file, looked at.
struct FileLook {
    std::optional<FileMark> mark; ///< only of a regular file
    std::string trouble;          ///< a sentence, where there is something that may surprise
    bool unsure = false;          ///< it may be there, but must not be looked at
};

FileLook look_at(const std::string& path);

} // namespace forager
