#include "io/http/server/wire.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace forager::http {

namespace {

ssize_t moved(ssize_t count)
{
    if (count >= 0)
        return count;
    return errno == EAGAIN || errno == EINTR ? not_now : broken;
}

} // namespace

ssize_t PlainWire::read(std::span<char> space)
{
    return moved(::recv(socket_, space.data(), space.size(), MSG_DONTWAIT));
}

ssize_t PlainWire::write(std::string_view bytes)
{
    return moved(::send(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
}

} // namespace forager::http
