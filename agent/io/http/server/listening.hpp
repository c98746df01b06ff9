// A place where clients can connect: opened with failures that say what to do, and left as it was found. Used by the
// server.
#pragma once

#include "core/failure.hpp"
#include "io/system_failure.hpp"

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace forager::http {

/// The file of a local socket, and the lock that makes it ours. Its end removes the file if it is still ours.
class LocalFile;

struct Listening {
    Descriptor socket;
    std::uint16_t port = 0;          ///< of TCP
    std::shared_ptr<LocalFile> file; ///< of a local socket

    Listening() = default;
};

Result<Listening> listen_at_path(const std::string& path, mode_t mode);
Result<Listening> listen_at_address(const std::string& address, std::uint16_t port);

/// A client, or the error number why there is none.
struct Accepted {
    Descriptor socket;
    int error = 0;
    int family = 0;
    std::string peer;
    std::optional<uid_t> uid;

    Accepted() = default;
};

Accepted accept_one(int listening);

} // namespace forager::http
