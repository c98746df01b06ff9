// Files as sources and sinks of bytes; read and written on the pool, a piece at a time.
#pragma once

#include "io/pool.hpp"
#include "ports/object_store.hpp"
#include "primitives/files/new_file.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager {

class FileSource final : public ByteSource {
public:
    /// `pool` must outlive it. Failures: not_found, refused.
    static boost::asio::awaitable<Result<FileSource>> open(BlockingPool& pool, std::string path);

    boost::asio::awaitable<Result<std::string>> read(std::size_t most) override;

private:
    FileSource(BlockingPool& pool, std::string path) : pool_{&pool}, path_{std::move(path)} {}

    BlockingPool* pool_;
    std::string path_;
    Descriptor file_;
};

/// A new file for the agent's user alone, which stands at its place when it was kept, and is gone when it was not.
class FileSink final : public ByteSink {
public:
    /// The folder is made if there is none. `pool` must outlive it. Failures: refused, limit, not_found.
    static boost::asio::awaitable<Result<FileSink>> begin(BlockingPool& pool, std::string path);

    boost::asio::awaitable<Result<void>> write(std::string bytes) override;

    /// All is written, and safe on the disk. Gives where it stands until it is kept.
    boost::asio::awaitable<Result<std::string>> complete();

    /// The same, and puts the file in its place; with `exclusive` nothing may be replaced.
    boost::asio::awaitable<Result<void>> keep(bool exclusive);

private:
    FileSink(BlockingPool& pool, NewFile file) : pool_{&pool}, file_{std::move(file)} {}

    boost::asio::awaitable<Result<void>> flush();

    BlockingPool* pool_;
    NewFile file_;
    std::string waiting_;
};

} // namespace forager
