// Files of a colony: the server knows their names and checksums, the bytes are in an object store. Facts: Colonies
// v1.9.12, and pycolonies for what other clients write.
#pragma once

#include "base/time.hpp"
#include "clients/colonies/record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace forager::colonies {

/// Where the bytes are. Readers look here for the object, some of them also for its store. Keys of the store do not
/// belong here: other clients write theirs, and they are not read.
struct StoredAt {
    std::string server;     ///< a host, or "host:port" with `port` -1
    std::int64_t port = -1; ///< -1: it stands in `server`, or is the usual one
    bool tls = false;
    std::string region;
    std::string bucket;
    std::string object; ///< key; empty where there are no bytes
    bool operator==(const StoredAt&) const = default;
};

struct FileReference {
    std::string protocol = "s3";
    StoredAt object;
    bool operator==(const FileReference&) const = default;
};

/// One revision of a file. Label and name tell files apart; the newest has the highest sequence number.
struct File {
    std::string id; ///< by the server, as the next but one and the last
    std::string colony;
    std::string label; ///< "/a/b"
    std::string name;
    std::int64_t size = 0;
    std::int64_t sequence = 0; ///< counted over all files
    std::string checksum;      ///< lower-case hex
    std::string checksum_kind = "SHA256";
    FileReference reference;
    std::optional<WallTime> added;
    bool operator==(const File&) const = default;
};

/// The newest revision of a file, as the listing of a label has it.
struct FileData {
    std::string name;
    std::string checksum;
    std::int64_t size = 0;
    std::string object; ///< key
    bool operator==(const FileData&) const = default;
};

struct Label {
    std::string name;
    std::int64_t files = 0; ///< revisions
    bool operator==(const Label&) const = default;
};

/// The newest revisions of a label and of those below it, as they were once. It does not keep them from being removed.
struct Snapshot {
    std::string id;
    std::string colony;
    std::string label;
    std::string name;               ///< once in a colony
    std::vector<std::string> files; ///< ids
    std::optional<WallTime> added;
    bool operator==(const Snapshot&) const = default;
};

} // namespace forager::colonies
