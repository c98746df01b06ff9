// What has to be done so that a folder and a label hold the same files. Pure: it compares names and checksums.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace forager {

struct SyncedFile {
    std::uint64_t size = 0;
    std::string checksum;
    bool operator==(const SyncedFile&) const = default;
};

/// By the path below the folder, and below the label: "a/b/name".
using SyncedFiles = std::map<std::string, SyncedFile, std::less<>>;

struct SyncRules {
    bool keep_remote = false; ///< of a file that is on both sides with other content; else the local one wins
    bool mirror = false;      ///< what is on the losing side alone is removed there; else it is brought to the other
    bool upload = true;       ///< false: what is local alone stays, and the other side is not touched
    bool operator==(const SyncRules&) const = default;
};

enum class SyncAction { upload, download, remove_local, remove_remote };

struct SyncStep {
    std::string path;
    SyncAction action = SyncAction::upload;
    std::uint64_t size = 0; ///< bytes that travel
    bool conflict = false;  ///< it is on both sides, with other content
    bool operator==(const SyncStep&) const = default;
};

struct SyncPlan {
    std::vector<SyncStep> steps; ///< in the order of their paths
    std::size_t unchanged = 0;
};

SyncPlan plan_sync(const SyncedFiles& local, const SyncedFiles& remote, SyncRules rules);

} // namespace forager
