#include "io/name_lock.hpp"

#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

namespace forager {

// An abstract local socket: the kernel lets one process have the name, and frees it when that is gone.
Result<std::optional<NameLock>> NameLock::take(std::string_view name)
{
    Descriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    if (!socket)
        return system_failure("cannot lock '" + std::string{name} + "'", errno);
    const std::string text = "forager:" + to_hex(digest(Digest::sha256, name));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, text.data(), text.size());
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
    if (::bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), length) == 0)
        return std::optional{NameLock{std::move(socket)}};
    if (errno == EADDRINUSE)
        return std::optional<NameLock>{};
    return system_failure("cannot lock '" + std::string{name} + "'", errno);
}

} // namespace forager
