#include "cli/repl/input.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace forager::cli {

namespace asio = boost::asio;

// A copy: its end must not close standard input. It is only waited upon, so its flags stay as they are.
class Input::Descriptor : public asio::posix::stream_descriptor {
public:
    explicit Descriptor(const asio::any_io_executor& executor)
        : asio::posix::stream_descriptor{executor, ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)}
    {
    }
};

namespace {

// A regular file, or /dev/null, cannot be waited upon.
bool can_wait()
{
    struct stat status{};
    if (::fstat(STDIN_FILENO, &status) != 0)
        return false;
    return S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || ::isatty(STDIN_FILENO) == 1;
}

} // namespace

Input::Input(const asio::any_io_executor& executor)
{
    if (can_wait())
        descriptor_ = std::make_unique<Descriptor>(executor);
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
