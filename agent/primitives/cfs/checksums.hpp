// What the checksums of a folder's files were when they were computed last, so that a file that has not changed is not
// read again. One small file for each folder; without it everything is right, and slower. Blocks: for the pool.
#pragma once

#include "core/failure.hpp"
#include "primitives/cfs/local_files.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace forager::cfs {

class Checksums {
public:
    /// Those of `folder`, without links, kept below `cache_dir`; empty: they are not kept.
    static Checksums load(const std::string& cache_dir, const std::string& folder);

    /// Nothing where the file was never seen like this.
    std::optional<std::string> find(const std::string& path, const Identity& identity) const;

    /// `now`: nanoseconds since 1970. A file that was changed a moment before may be changed again without a trace, so
    /// it is not kept.
    void add(const std::string& path, const Identity& identity, std::string checksum, std::int64_t now);

    /// Keeps what was found or added since `load`.
    void save();

    std::size_t size() const { return known_.size(); }

private:
    struct Known {
        Identity identity;
        std::string checksum;
        mutable bool seen = false;
    };

    void take(std::string_view line);

    std::string file_; ///< empty: there is none
    std::map<std::string, Known, std::less<>> known_;
    bool changed_ = false;
};

} // namespace forager::cfs
