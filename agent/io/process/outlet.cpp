#include "io/process/outlet.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace forager {

namespace asio = boost::asio;

Outlet::Outlet(const asio::any_io_executor& executor, Descriptor descriptor, std::size_t limit)
    : kept{limit}, pipe_{executor}
{
    if (descriptor)
        pipe_.assign(descriptor.release());
}

asio::awaitable<bool> Outlet::readable()
{
    boost::system::error_code error;
    co_await pipe_.async_wait(pipe_.wait_read, asio::redirect_error(asio::use_awaitable, error));
    co_return !error;
}

void Outlet::wake()
{
    boost::system::error_code ignored;
    pipe_.cancel(ignored);
}

void Outlet::last_bytes_only()
{
    int waiting = 0;
    if (!left_ && ioctl(pipe_.native_handle(), FIONREAD, &waiting) == 0)
        left_ = static_cast<std::size_t>(waiting);
}

std::optional<std::string_view> Outlet::read(std::vector<char>& buffer)
{
    const std::size_t most = std::min(buffer.size(), left_.value_or(buffer.size()));
    const ssize_t count = most == 0 ? 0 : ::read(pipe_.native_handle(), buffer.data(), most);
    if (count < 0 && (errno == EAGAIN || errno == EINTR) && !left_)
        return std::string_view{};
    if (count <= 0)
        return {};
    if (left_)
        *left_ -= static_cast<std::size_t>(count);
    return std::string_view{buffer.data(), static_cast<std::size_t>(count)};
}

} // namespace forager
