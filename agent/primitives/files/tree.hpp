// Files and folders as such: what is there, made, moved, removed. Blocks: for the pool.
#pragma once

#include "core/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace forager {

/// More entries of a folder than this are a failure (`limit`).
inline constexpr std::size_t most_listed = 1'000'000;

struct FileStatus {
    std::uint64_t size = 0; ///< bytes
    double modified = 0;    ///< seconds since 1970
    std::string type;       ///< "file", "folder", "link" (to nothing), "pipe", "socket", "device"
    unsigned mode = 0;      ///< permissions, as 0644
};

struct RemoveOptions {
    bool tree = false; ///< a folder goes with everything in it

    RemoveOptions() = default;
};

struct FolderOptions {
    bool parents = true; ///< makes the folders above as well, and is content with a folder that is there

    FolderOptions() = default;
};

namespace blocking {

/// What stands at the path, links followed; nothing when there is nothing.
Result<std::optional<FileStatus>> status(const std::string& path);

/// The names in a folder, sorted, without "." and "..".
Result<std::vector<std::string>> list(const std::string& folder);

/// Whether a folder was made; false when it was there.
Result<bool> make_folder(const std::string& path, const FolderOptions& options);

/// Whether there was something to remove. A link goes, not what it means. "/" and what leads there are refused.
Result<bool> remove(const std::string& path, const RemoveOptions& options);

/// A new empty file or folder for the caller alone, in `TMPDIR` or /tmp; the caller removes it.
Result<std::string> temp_file(const std::string& prefix);
Result<std::string> temp_folder(const std::string& prefix);

} // namespace blocking

} // namespace forager
