// A folder and a label are brought in line: both hold the same files afterwards. Either side's files stay as they are
// when the other changes them meanwhile, and are told.
#pragma once

#include "core/sync_plan.hpp"
#include "primitives/cfs/files.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace forager::cfs {

struct SyncProgress {
    std::string_view phase; ///< "comparing", "transferring"
    std::size_t done = 0;   ///< files
    std::size_t whole = 0;
    std::uint64_t done_bytes = 0; ///< that have travelled
    std::uint64_t whole_bytes = 0;
};

struct SyncWish {
    std::string folder;
    std::string label;
    SyncRules rules;
    bool dry = false;                                  ///< only the plan
    bool locked = false;                               ///< the caller keeps others from the folder
    std::function<void(const SyncProgress&)> progress; ///< on the strand; may be empty

    SyncWish() = default;
};

struct Trouble {
    std::string path;
    std::string why;
};

struct SyncReport {
    SyncPlan plan;
    std::size_t uploaded = 0; ///< with the conflicts that the folder won
    std::size_t downloaded = 0;
    std::size_t conflicts = 0;
    std::size_t removed = 0;
    std::size_t hashed = 0; ///< local files that had to be read to be compared
    std::uint64_t uploaded_bytes = 0;
    std::uint64_t downloaded_bytes = 0;
    std::vector<Trouble> skipped; ///< local ones that no sync takes, and why

    SyncReport() = default;
};

/// `uploaded`, `downloaded`, `conflicts`, `removed`, `unchanged`, `hashed`, `uploaded_bytes`, `downloaded_bytes`,
/// `skipped`; with `with_plan` also `plan`: a list of `path`, `action`, `size`, `conflict`.
Object table_of(const SyncReport& report, bool with_plan);

/// Brings them in line. A folder that is not there is made, unless `dry`. Files that cannot be brought are told when
/// all others have been; a server or a store that cannot be asked ends it at once. Begun again after a failure or a
/// kill, it goes on where it was; another program's sync of the folder is waited for. Failures, beside those of all:
/// refused, with what was done and `failed` (`path`, `message`) in the details.
boost::asio::awaitable<Result<SyncReport>> sync(Files files, SyncWish wish);

} // namespace forager::cfs
