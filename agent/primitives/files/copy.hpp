// Files and trees copied and moved. Blocks: for the pool.
#pragma once

#include "primitives/files/paths.hpp"

namespace forager {

struct CopyOptions {
    bool overwrite = true; ///< false: fails with `refused` when the target is there already

    CopyOptions() = default;
};

namespace blocking {

/// Copies a file, or a folder with everything in it; into a folder that is there already, beside and over what it
/// holds. `to` is the new name itself, never a folder to put it in. Each file appears complete, with the permissions
/// of the original. Links inside a tree stay links; pipes, sockets and devices are refused. After
/// a failure in the middle of a tree, what was copied so far stays.
Result<void> copy(const std::string& from, const std::string& to, const CopyOptions& options, const Stop& stop);

/// Renames, or copies and removes where the target is on another disk. A folder never replaces anything but an empty
/// folder.
Result<void> move(const std::string& from, const std::string& to, const CopyOptions& options, const Stop& stop);

} // namespace blocking

} // namespace forager
