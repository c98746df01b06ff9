#include "cli/repl/input.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <sys/epoll.h>
#include <unistd.h>
#include <utility>

namespace forager::cli {

namespace asio = boost::asio;

// An epoll that knows of standard input alone. What is waited upon is made non-blocking, and standard input shares that
// with the terminal's other programs, and with stdout.
class Input::Descriptor : public asio::posix::stream_descriptor {
public:
    using asio::posix::stream_descriptor::stream_descriptor;
};

Input::Input(const asio::any_io_executor& executor)
{
    auto descriptor = std::make_unique<Descriptor>(executor, ::epoll_create1(EPOLL_CLOEXEC));
    epoll_event event{};
    event.events = EPOLLIN;
    if (::epoll_ctl(descriptor->native_handle(), EPOLL_CTL_ADD, STDIN_FILENO, &event) == 0)
        descriptor_ = std::move(descriptor); // a regular file, or /dev/null, cannot be waited upon
}

Input::~Input() = default;

asio::awaitable<void> Input::readable()
{
    if (!descriptor_ || interrupted_)
        co_return;
    boost::system::error_code error;
    co_await descriptor_->async_wait(asio::posix::stream_descriptor::wait_read,
                                     asio::redirect_error(asio::use_awaitable, error));
}

asio::awaitable<std::string> Input::read()
{
    constexpr std::size_t at_once = 64 * 1024;
    co_await readable();
    std::string bytes;
    if (interrupted_)
        co_return bytes;
    bytes.resize(at_once);
    ssize_t count = -1;
    do
        count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    while (count < 0 && errno == EINTR);
    bytes.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    co_return bytes;
}

void Input::interrupt()
{
    interrupted_ = true;
    if (descriptor_)
        descriptor_->cancel();
}

bool Input::take_interruption()
{
    return std::exchange(interrupted_, false);
}

} // namespace forager::cli
