#include "io/process/kept/kept_folder.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <sstream>
#include <system_error>
#include <utility>

namespace forager {

namespace {

// The version comes first: what a newer agent left is not read wrongly by an older one.
constexpr const char* version = "1";

// A path to a local socket may have about a hundred bytes; a state folder's may be longer.
class SocketAddress {
public:
    explicit SocketAddress(const std::string& folder)
        : folder_{::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)}
    {
        const std::string path = "/proc/self/fd/" + std::to_string(folder_.number()) + "/socket";
        path.copy(address_.sun_path, sizeof address_.sun_path - 1);
    }

    explicit operator bool() const { return static_cast<bool>(folder_); }
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }

private:
    Descriptor folder_;
    sockaddr_un address_{AF_UNIX, {}};
};

Descriptor local_socket()
{
    return Descriptor{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
}

bool without_blocking(const Descriptor& descriptor)
{
    return ::fcntl(descriptor.number(), F_SETFL, O_NONBLOCK) == 0;
}

} // namespace

Result<void> KeptFolder::make(const KeptClaim& claim) const
{
    remove();
    if (::mkdir(path_.c_str(), S_IRWXU) != 0)
        return system_failure("cannot make the folder of a command that shall go on without the agent", errno);
    std::string text = version;
    for (const std::string* line : {&claim.root, &claim.invocation, &claim.part, &claim.print})
        text += '\n' + *line;
    if (write("claim", text + '\n'))
        return {};
    Failure failure =
        system_failure("cannot write to the folder of a command that shall go on without the agent", errno);
    remove();
    return failure;
}

std::optional<KeptClaim> KeptFolder::claim() const
{
    std::istringstream lines{content("claim")};
    std::string first;
    KeptClaim claim;
    if (!std::getline(lines, first) || first != version)
        return {};
    for (std::string* line : {&claim.root, &claim.invocation, &claim.part, &claim.print})
        if (!std::getline(lines, *line))
            return {};
    return claim;
}

Descriptor KeptFolder::listen() const
{
    const SocketAddress address{path_};
    Descriptor socket = local_socket();
    if (!address || !socket || ::bind(socket.number(), address.get(), sizeof(sockaddr_un)) != 0 ||
        ::listen(socket.number(), 1) != 0 || !without_blocking(socket))
        return {};
    return socket;
}

Descriptor KeptFolder::connect() const
{
    const SocketAddress address{path_};
    Descriptor socket = local_socket();
    if (!address || !socket || ::connect(socket.number(), address.get(), sizeof(sockaddr_un)) != 0 ||
        !without_blocking(socket))
        return {};
    return socket;
}

void KeptFolder::remove() const
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

bool KeptFolder::has_result() const
{
    std::error_code none;
    const auto size = std::filesystem::file_size(path_ + "/result", none);
    return !none && size > 0;
}

} // namespace forager
