// Bytes of backups between what they are of and the store.
#pragma once

#include "functions/backup/request.hpp"
#include "functions/backup/stored.hpp"
#include "functions/backup/work.hpp"
#include "io/byte_pipe.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>

namespace forager::backup {

/// What is backed up, as plain bytes, to its end.
boost::asio::awaitable<Result<void>> produce(const Work& work, const Request& request, ByteSink& sink);

/// From the source to its end into the sink.
boost::asio::awaitable<Result<void>> pump(ByteSource& source, ByteSink& sink);

struct Download {
    std::uint64_t stored = 0; ///< bytes
    std::uint64_t plain = 0;
    std::string sha256; ///< of the stored bytes

    Download() = default;
};

/// The plain bytes of a backup into `pipe`, the last ones only when all are known to be right: the size, what the store
/// knows, and `checksum` ("sha256:HEX", or empty). Without the secret key of an encrypted one nothing goes into the
/// pipe. Failures: refused for bytes that are not what was stored.
boost::asio::awaitable<Result<void>> download(const Work& work, Found found, std::string checksum, BytePipe& pipe,
                                              Download& done);

/// Whether its plain bytes can be had here.
bool readable(const Work& work, const Found& found);

/// Into a new file at `path`.
boost::asio::awaitable<Result<void>> receive(const Work& work, ByteSource& source, std::string path);

} // namespace forager::backup
