// What stands in files: read, written, appended, as bytes. Blocks: for the pool.
#pragma once

#include "core/failure.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace forager {

struct WriteOptions {
    std::optional<mode_t> mode; ///< permissions; else those of the file that is replaced, else the usual ones
    bool append = false;        ///< adds at the end, not in one step; what does not fit is taken back
    bool exclusive = false;     ///< fails with `refused` when something is there already

    WriteOptions() = default;
};

namespace blocking {

/// All of a regular file. More than `limit` bytes is a failure (`limit`), everything else that is no file is refused.
Result<std::string> read(const std::string& path, std::size_t limit);

/// Puts the bytes in place in one step: afterwards the file holds all of them, or what it held before.
Result<void> write(const std::string& path, std::string_view bytes, const WriteOptions& options);

} // namespace blocking

} // namespace forager
