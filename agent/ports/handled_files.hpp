// Which files a watch has dealt with already, kept over restarts. Used by the watch source, on the strand, which
// forgets files that are gone: there are never more than its folders hold.
#pragma once

#include "core/failure.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace forager {

/// One state of one file, as far as a look from outside can tell.
struct FileMark {
    std::uint64_t inode = 0;
    std::int64_t modified = 0; ///< nanoseconds since 1970
    std::uint64_t size = 0;
    bool operator==(const FileMark&) const = default;
};

class HandledFiles {
public:
    virtual ~HandledFiles() = default;

    /// Paths with the state in which each was handled. Failures: refused.
    virtual boost::asio::awaitable<Result<std::vector<std::pair<std::string, FileMark>>>> all(std::string watch) = 0;

    /// Safe when it returns; replaces the path's earlier state. Failures: limit, refused.
    virtual boost::asio::awaitable<Result<void>> remember(std::string watch, std::string path, FileMark mark) = 0;

    /// Nothing happens to a path that is not remembered. Failures: refused.
    virtual boost::asio::awaitable<Result<void>> forget(std::string watch, std::string path) = 0;
};

} // namespace forager
