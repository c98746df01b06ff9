#include "io/process/nursery.hpp"

#include "ports/apart.hpp"
#include "ports/within.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <exception>
#include <utility>

namespace forager {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Duration patience_at_first = 10s; // with the start of its program
constexpr Duration patience = 2s;
constexpr std::size_t most_descriptors = 6;

std::string request_to_collect(pid_t child)
{
    const auto number = static_cast<std::int32_t>(child);
    std::string request(1 + sizeof number, 'c');
    std::memcpy(request.data() + 1, &number, sizeof number);
    return request;
}

} // namespace

Nursery::Nursery(asio::any_io_executor executor, Clock& clock, std::shared_ptr<std::vector<pid_t>> strays,
                 Launched process)
    : executor_{executor},
      clock_{clock},
      strays_{std::move(strays)},
      process_{process.process},
      pidfd_{std::move(process.pidfd)},
      link_{executor, process.input.release()},
      turns_{executor, 1}
{
}

Nursery::~Nursery()
{
    kill();
    strays_->push_back(process_);
}

void Nursery::kill()
{
    (void)syscall(SYS_pidfd_send_signal, pidfd_.number(), SIGKILL, nullptr, 0);
}

asio::awaitable<std::optional<pid_t>> Nursery::bear(std::vector<int> descriptors)
{
    Answer child;
    if (proven_)
        child = co_await apart(executor_, ask_to_the_end("b", std::move(descriptors)));
    else
        child = co_await ask("b", std::move(descriptors));
    if (!child || *child < 0)
        co_return std::optional<pid_t>{};
    if (*child == 0) { // worn: a new one is to take its place
        state_ = State::worn;
        co_return std::optional<pid_t>{};
    }
    proven_ = true;
    co_return std::optional<pid_t>{*child};
}

asio::awaitable<std::optional<int>> Nursery::collect(pid_t child)
{
    const Answer status = co_await apart(executor_, ask_to_the_end(request_to_collect(child), {}));
    co_return status && *status >= 0 ? std::optional<int>{*status} : std::nullopt;
}

// An answer that nobody waits for any more would be taken for that to the next question.
asio::awaitable<Nursery::Answer> Nursery::ask_to_the_end(std::string request, std::vector<int> descriptors)
{
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    const Answer answer = co_await ask(std::move(request), std::move(descriptors));
    co_return answer;
}

asio::awaitable<Nursery::Answer> Nursery::ask(std::string request, std::vector<int> descriptors)
{
    const bool turn = co_await turns_.take();
    if (!turn)
        co_return Answer{};
    const TurnHolder holder{turns_};
    if (state_ == State::lost)
        co_return Answer{};
    Answer answered;
    std::exception_ptr thrown;
    try {
        if (send(request, descriptors))
            answered = co_await answer();
    } catch (...) {
        thrown = std::current_exception();
    }
    if (!answered) {
        state_ = State::lost;
        kill();
    }
    if (thrown)
        std::rethrow_exception(thrown);
    co_return answered;
}

asio::awaitable<Nursery::Answer> Nursery::answer()
{
    const TimePoint deadline = clock_.now() + (proven_ ? patience : patience_at_first);
    const bool in_time = co_await within(clock_, deadline, readable());
    co_return in_time ? receive() : Answer{};
}

asio::awaitable<void> Nursery::readable()
{
    boost::system::error_code ended; // then there is nothing to read
    co_await link_.async_wait(link_.wait_read, asio::redirect_error(asio::use_awaitable, ended));
}

bool Nursery::send(const std::string& request, const std::vector<int>& descriptors)
{
    iovec part{const_cast<char*>(request.data()), request.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(most_descriptors * sizeof(int))> room{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!descriptors.empty()) {
        message.msg_control = room.data();
        message.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
        cmsghdr* rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
        std::memcpy(CMSG_DATA(rights), descriptors.data(), descriptors.size() * sizeof(int));
    }
    return sendmsg(link_.native_handle(), &message, MSG_NOSIGNAL) == static_cast<ssize_t>(request.size());
}

Nursery::Answer Nursery::receive()
{
    std::int32_t number = 0;
    const ssize_t size = recv(link_.native_handle(), &number, sizeof number, 0);
    return size == static_cast<ssize_t>(sizeof number) ? Answer{number} : Answer{};
}

} // namespace forager
