// Folders as compressed tar archives, streamed through tar. Failures: exit and those of commands, sources and sinks.
#pragma once

#include "ports/object_store.hpp"
#include "primitives/postgres/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace forager::backup {

struct Packing {
    std::string folder;
    std::vector<std::string> exclude; ///< patterns of tar
    bool allow_changes = false;       ///< files may change while they are read; else that is a failure

    Packing() = default;
};

boost::asio::awaitable<Result<void>> pack(postgres::Hands hands, Packing packing, ByteSink& sink);

/// Into a folder that is there.
boost::asio::awaitable<Result<void>> unpack(postgres::Hands hands, std::string folder, ByteSource& source);

/// Reads an archive to its end.
boost::asio::awaitable<Result<void>> check_archive(postgres::Hands hands, ByteSource& source);

} // namespace forager::backup
