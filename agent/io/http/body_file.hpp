// Bodies that come from a file and go to one, in pieces. Used by the client; all file work is done on the pool.
#pragma once

#include "core/failure.hpp"
#include "io/pool.hpp"
#include "io/system_failure.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>

namespace forager::http {

class UploadFile {
public:
    UploadFile() = default;

    /// Failures: not_found, refused (no permission, not a regular file).
    static boost::asio::awaitable<Result<UploadFile>> open(BlockingPool& pool, std::string path);

    std::uint64_t size() const { return size_; }

    /// At most `most` bytes from `offset` on; fewer only when the file has shrunk meanwhile.
    boost::asio::awaitable<Result<std::string>> read(BlockingPool& pool, std::uint64_t offset, std::size_t most) const;

private:
    Descriptor file_;
    std::uint64_t size_ = 0;
    std::string path_;
};

/// A file that appears under its name only when it is complete. Destroying it before `commit` leaves nothing behind.
class DownloadFile {
public:
    /// Failures: not_found (the folder), refused.
    static boost::asio::awaitable<Result<DownloadFile>> create(BlockingPool& pool, std::string path);

    DownloadFile() = default;
    DownloadFile(DownloadFile&& other) noexcept;
    DownloadFile& operator=(DownloadFile&&) = delete;
    ~DownloadFile();

    boost::asio::awaitable<Result<void>> write(BlockingPool& pool, std::string bytes);
    boost::asio::awaitable<Result<void>> commit(BlockingPool& pool);

private:
    Descriptor file_;
    std::string path_;
    std::string temporary_; // empty: nothing to remove
};

} // namespace forager::http
