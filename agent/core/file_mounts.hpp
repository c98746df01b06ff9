// The files that a process wants in place before it runs, and stored after it: `fs` of a Colonies function spec, in the
// form of today's container executors and in that of the machine learning executor of 2023. Pure.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace forager {

/// Files as they were once: brought before the process runs, never stored.
struct SnapshotMount {
    std::string snapshot; ///< id
    std::string label;    ///< for messages; may be empty
    std::string dir;      ///< below the root, without a slash in front
    bool keep_files = false;
    bool keep_snapshot = false;
    bool operator==(const SnapshotMount&) const = default;
};

/// A label that a folder is brought in line with before the process runs, and again after it.
struct FolderMount {
    std::string label;
    std::string dir; ///< below the root, without a slash in front
    bool keep_files = false;
    bool on_start = true;
    bool keep_local_on_start = false;
    bool on_close = true;
    bool keep_local_on_close = true;
    bool on_failure = false; ///< what a process has left that failed is stored, too
    bool operator==(const FolderMount&) const = default;
};

struct FileMounts {
    std::string mount; ///< where a container sees the root; empty: where it always does
    std::vector<SnapshotMount> snapshots;
    std::vector<FolderMount> folders;
    bool operator==(const FileMounts&) const = default;

    bool empty() const { return snapshots.empty() && folders.empty(); }
};

/// `id` stands for the first `{processid}` of each dir and label. Failures: bad_arguments, naming the entry: a type, a
/// dir that leads out of the root, an entry without what it needs.
Result<FileMounts> file_mounts(const Value& fs, std::string_view id);

/// Whether there is anything in it: clients send the table with nothing in it, too.
bool wants_files(const Value& fs);

/// A dir as a path below the root: "a/b", or nothing for the root itself. Failures: bad_arguments for one that leads
/// out of it.
Result<std::string> dir_below_root(std::string_view dir);

/// The first `{processid}` of a text, and only that, is the id.
std::string with_process_id(std::string text, std::string_view id);

} // namespace forager
