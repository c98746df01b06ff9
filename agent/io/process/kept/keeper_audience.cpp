#include "io/process/kept/keeper_audience.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace forager {

void KeeperAudience::let_in(std::string story)
{
    Descriptor caller{::accept4(listener_.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (!caller)
        return;
    client_ = std::move(caller);
    backlog_ = std::move(story);
}

void KeeperAudience::tell(std::string_view words)
{
    if (client_)
        backlog_ += words;
}

bool KeeperAudience::speak(bool gone)
{
    const ssize_t count = backlog_.empty() ? 0 : ::write(client_.number(), backlog_.data(), backlog_.size());
    if (count > 0)
        backlog_.erase(0, static_cast<std::size_t>(count));
    const bool all_taken = count > 0 && backlog_.empty();
    if (!gone && (count >= 0 || errno == EAGAIN || errno == EINTR))
        return all_taken;
    client_ = {};
    backlog_.clear();
    return all_taken;
}

} // namespace forager
