#include "io/http/server/incoming.hpp"

#include "io/http/answer.hpp"
#include "io/http/server/alarm.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <poll.h>

#include <array>

namespace forager::http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t piece = 16 * 1024;
constexpr std::size_t most = head_limit + piece; // a whole head must fit

} // namespace

Incoming::Incoming(Socket& socket, Wire& wire, Clock& clock, Duration patience)
    : socket_{socket},
      wire_{wire},
      clock_{clock},
      patience_{patience},
      changed_{socket.get_executor()},
      dropped_{socket.get_executor()}
{
}

asio::awaitable<void> Incoming::pump()
{
    while (!ended_) {
        dropped_.clear();
        if (full())
            co_await dropped_.wait();
        else
            co_await socket_.async_wait(Socket::wait_read, asio::use_awaitable);
        ended_ = !full() && !receive();
        changed_.set();
    }
    if (!hung_up())
        co_await sleep_for(clock_, patience_);
    left_ = true;
}

// The space is on the stack: hundreds of idle connections must not hold a buffer each.
bool Incoming::receive()
{
    std::array<char, piece> space;
    const ssize_t count = wire_.read(space);
    if (count <= 0)
        return count == not_now;
    bytes_.append(space.data(), static_cast<std::size_t>(count));
    received_ += static_cast<std::size_t>(count);
    return true;
}

// Of a local socket the kernel tells whether the other end is gone; of TCP only that it will send nothing more.
bool Incoming::hung_up()
{
    pollfd state{socket_.native_handle(), POLLIN, 0};
    return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR)) != 0;
}

std::string_view Incoming::bytes()
{
    shown_ = received_;
    return bytes_;
}

void Incoming::drop(std::size_t count)
{
    if (count == 0)
        return;
    bytes_.erase(0, count);
    if (bytes_.empty())
        bytes_.shrink_to_fit();
    dropped_.set();
}

bool Incoming::full() const
{
    return bytes_.size() >= most;
}

asio::awaitable<bool> Incoming::more(TimePoint deadline)
{
    const Alarm alarm{clock_, deadline, changed_};
    while (received_ == shown_ && !ended_ && !alarm.fired()) {
        changed_.clear();
        co_await changed_.wait();
    }
    co_return received_ != shown_;
}

} // namespace forager::http
