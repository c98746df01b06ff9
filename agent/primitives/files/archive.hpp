// Archives of files: tar (plain, gzip, zstd) and zip; made, unpacked, listed. Reading also knows xz and bzip2. Blocks:
// for the pool.
#pragma once

#include "primitives/files/ignore_rules.hpp"
#include "primitives/files/paths.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace forager {

/// More entries than this are a failure (`limit`), in every direction.
inline constexpr std::size_t most_archive_entries = 1'000'000;

struct ArchiveOptions {
    std::string format; ///< "tar", "tar.gz", "tar.zst" or "zip"; empty: what the archive's name ends with
    std::string base;   ///< the folder that names inside the archive begin at; empty: each source's own folder
    std::optional<IgnoreRules> ignored; ///< names inside the archive that are left out

    ArchiveOptions() = default;
};

struct Archive {
    std::string path;
    std::uint64_t size = 0;  ///< bytes of the archive
    std::size_t entries = 0; ///< files, folders and links in it
    std::size_t skipped = 0; ///< pipes, sockets and devices, which have no content to keep
};

struct ExtractOptions {
    std::uint64_t most_bytes = std::uint64_t{16} * 1024 * 1024 * 1024;
    std::size_t most_entries = 100'000;
    bool overwrite = false; ///< false: fails with `refused` where a file is in the way

    ExtractOptions() = default;
};

struct Extracted {
    std::string path;        ///< the folder
    std::uint64_t bytes = 0; ///< of all files
    std::size_t entries = 0;
};

struct ArchiveEntry {
    std::string name;
    std::string type;       ///< as in `FileStatus`
    std::uint64_t size = 0; ///< bytes
    double modified = 0;    ///< seconds since 1970
    unsigned mode = 0;      ///< permissions
};

namespace blocking {

/// Packs files and folders with everything in them, in the order of their names. Links are stored as links. The
/// archive appears complete or not at all.
Result<Archive> create_archive(const std::string& path, const std::vector<std::string>& sources,
                               const ArchiveOptions& options, const Stop& stop);

/// Unpacks into a folder, which is made when it is not there. Refused are names and links that lead out of the folder,
/// and devices. After a failure what this call made is removed again; what was there before
/// stays, unless it was overwritten.
Result<Extracted> extract_archive(const std::string& path, const std::string& folder, const ExtractOptions& options,
                                  const Stop& stop);

/// What is in the archive, in its order.
Result<std::vector<ArchiveEntry>> list_archive(const std::string& path, const Stop& stop);

} // namespace blocking

} // namespace forager
