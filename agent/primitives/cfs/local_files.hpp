// Files of a local folder for the sync: what is there, what they are, and how they are replaced without a moment in
// which a cut one has a final name. Blocks: for the pool.
#pragma once

#include "core/failure.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace forager::cfs {

/// What tells that a file's content is still the one that was seen.
struct Identity {
    std::uint64_t size = 0;
    std::int64_t modified = 0; ///< nanoseconds since 1970
    std::int64_t changed = 0;  ///< the same, of its inode
    std::uint64_t inode = 0;
    bool operator==(const Identity&) const = default;
};

struct LocalFile {
    std::string path; ///< below the folder: "a/b/name"
    Identity identity;
};

struct Skipped {
    std::string path;
    std::string why; ///< as the end of a sentence: "is a link that leads out of the folder"
};

struct LocalTree {
    std::string root;             ///< the folder, without links
    std::vector<LocalFile> files; ///< by path
    std::vector<Skipped> skipped;
    std::vector<std::string> leftovers; ///< what a sync has begun to fetch here that did not end
};

/// What a sync fetches is called so until it is complete; what is fetched alone is not swept away with it.
inline constexpr const char* sync_prefix = ".forager-sync-";
inline constexpr const char* lone_prefix = ".forager-get-";

/// Names that a sync leaves alone on both sides: its own, and the note of other clients.
bool is_left_alone(std::string_view name);

namespace blocking {

/// All files of a folder and of those below it. Links to files are followed while they stay within it; those to folders
/// and what is no file are skipped. Failures: not_found, refused.
Result<LocalTree> local_tree(const std::string& folder, const std::atomic<bool>& stop);

/// Failures: not_found, refused (no regular file).
Result<Identity> identity_of(const std::string& path);

/// SHA-256, lower-case hex, of the content that has this identity. Failures: refused for a file that is another one
/// afterwards.
Result<std::string> checksum_of(const std::string& path, const Identity& identity, const std::atomic<bool>& stop);

/// The folder `rest` below `root`, made where it is not there yet, with links resolved. Failures: refused where a link
/// leads out of the root.
Result<std::string> folder_within(const std::string& root, std::string_view rest);

/// Puts `from`, which is complete, in the place of `to`. `expected`: what stands there, null: nothing may. Failures:
/// refused when something else does; `from` is gone then.
Result<void> put_in_place(const std::string& from, const std::string& to, const Identity* expected);

/// Makes names of a folder last.
void flush_folder(const std::string& folder);

/// A file that still has this identity goes.
Result<void> remove_unchanged(const std::string& path, const Identity& identity);

/// What a sync that was killed has left beside the files of these folders.
void remove_leftovers(const std::vector<std::string>& folders);

} // namespace blocking

} // namespace forager::cfs
