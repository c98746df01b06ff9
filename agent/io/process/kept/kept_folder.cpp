#include "io/process/kept/kept_folder.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <utility>

namespace forager {

namespace {

// The version comes first: what a newer agent left is not read wrongly by an older one.
constexpr const char* version = "1";

bool write_all(int descriptor, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t count = ::write(descriptor, text.data(), text.size());
        if (count < 0 && errno != EINTR)
            return false;
        text.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
    }
    return true;
}

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

// All at once. Not flushed: what it says is of no use once the machine was started anew.
bool KeptFolder::write(const char* name, std::string_view text) const
{
    const std::string path = path_ + "/" + name;
    const std::string draft = path + ".new";
    Descriptor file{::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    return file && write_all(file.number(), text) && file.close() && ::rename(draft.c_str(), path.c_str()) == 0;
}

std::string KeptFolder::content(const char* name) const
{
    std::ifstream file{path_ + "/" + name, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

} // namespace forager
