// Archives on their way into containers and out of them.
#pragma once

#include "core/failure.hpp"
#include "io/pool.hpp"
#include "io/system_failure.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <utility>

namespace forager {

/// A file of this machine that is gone with this object; where its process dies, with the next one that is made, or
/// with `remove_left_files`.
class TemporaryFile {
public:
    /// Blocks. Failures: refused, limit.
    static Result<std::unique_ptr<TemporaryFile>> make();

    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile();

    const std::string& path() const { return path_; }

private:
    TemporaryFile(std::string folder, Descriptor lock)
        : folder_{std::move(folder)}, path_{folder_ + "/archive"}, lock_{std::move(lock)}
    {
    }

    std::string folder_; // of its own, in which what writes the file may have more while it does
    std::string path_;
    Descriptor lock_; // of the folder: held as long as the process lives
};

/// On a thread of the pool.
boost::asio::awaitable<Result<std::unique_ptr<TemporaryFile>>> temporary_file(BlockingPool& pool);

/// Removes those whose processes have died. Blocks.
void remove_left_files();

} // namespace forager
