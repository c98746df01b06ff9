#include "io/http/server/listening.hpp"

#include "io/file_lock.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace forager::http {

namespace {

std::optional<struct stat> look_at(const std::string& path)
{
    struct stat found{};
    return ::lstat(path.c_str(), &found) == 0 ? std::optional{found} : std::nullopt;
}

} // namespace

class LocalFile {
public:
    LocalFile(std::string path, Descriptor lock) : path_{std::move(path)}, lock_{std::move(lock)} {}
    LocalFile(const LocalFile&) = delete;
    LocalFile& operator=(const LocalFile&) = delete;

    ~LocalFile()
    {
        const auto found = look_at(path_);
        if (found && mine_ && found->st_dev == mine_->st_dev && found->st_ino == mine_->st_ino)
            ::unlink(path_.c_str());
    }

    const std::string& path() const { return path_; }
    void bound() { mine_ = look_at(path_); }

private:
    std::string path_;
    Descriptor lock_;
    std::optional<struct stat> mine_;
};

namespace {

Failure cannot_listen(const std::string& path, int error)
{
    const std::string attempt = "cannot listen on the local socket '" + path + "'";
    if (error == ENOENT || error == ENOTDIR)
        return {Errc::not_found, attempt + ": its folder does not exist; create it for the agent's user"};
    if (error == EACCES || error == EPERM || error == EROFS)
        return {Errc::refused, attempt + ": this user may not create files in its folder"};
    return system_failure(attempt, error);
}

Failure taken(const std::string& path)
{
    return {Errc::refused, "another agent listens on '" + path + "'; stop it, or give this one another path"};
}

std::optional<sockaddr_un> address_of(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path || path.find('\0') != std::string::npos)
        return std::nullopt;
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

const sockaddr* generic(const sockaddr_un& address)
{
    return reinterpret_cast<const sockaddr*>(&address);
}

Descriptor local_socket()
{
    return Descriptor{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
}

// Two agents that start at once must not both find a stale file and replace it, each the other's: so one of them holds
// a lock, which the kernel takes back even from a killed one. The lock's file stays, since removing it would let two
// hold locks on two files of that name.
Result<Descriptor> lock(const std::string& path)
{
    Descriptor file{::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!file)
        return cannot_listen(path, errno);
    if (!lock_file(file.number()))
        return errno == EWOULDBLOCK ? taken(path) : cannot_listen(path, errno);
    return file;
}

// A full queue of connections (EAGAIN) is a sign of life, too.
bool somebody_answers(const sockaddr_un& address)
{
    const Descriptor probe = local_socket();
    return ::connect(probe.number(), generic(address), sizeof address) == 0 || errno == EAGAIN;
}

// Whoever holds the lock may remove what a killed agent left, and nothing else.
Result<void> make_way(const std::string& path, const sockaddr_un& address)
{
    const auto found = look_at(path);
    if (!found)
        return {};
    if (!S_ISSOCK(found->st_mode))
        return Failure{Errc::refused, "'" + path + "' is in the way of the local socket and is none; move it away"};
    if (somebody_answers(address))
        return taken(path);
    if (::unlink(path.c_str()) != 0)
        return cannot_listen(path, errno);
    return {};
}

} // namespace

Result<Listening> listen_at_path(const std::string& path, mode_t mode)
{
    const auto address = address_of(path);
    if (!address)
        return Failure{Errc::bad_arguments, "the path of a local socket has 1 to 107 bytes, and '" + path + "' has " +
                                                std::to_string(path.size())};
    auto held = lock(path);
    if (held.has_error())
        return held.error();
    auto free = make_way(path, *address);
    if (free.has_error())
        return free.error();
    Listening result;
    result.socket = local_socket();
    const int socket = result.socket.number();
    if (::bind(socket, generic(*address), sizeof *address) != 0)
        return cannot_listen(path, errno);
    result.file = std::make_shared<LocalFile>(path, std::move(*held));
    result.file->bound();
    // Nobody can connect before `listen`, so nobody does under another mode than this.
    if (::chmod(path.c_str(), mode) != 0 || ::listen(socket, SOMAXCONN) != 0)
        return cannot_listen(path, errno);
    return result;
}

} // namespace forager::http
