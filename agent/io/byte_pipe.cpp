#include "io/byte_pipe.hpp"

#include "ports/cancellation.hpp"

#include <algorithm>
#include <utility>

namespace forager {

namespace asio = boost::asio;

BytePipe::BytePipe(const asio::any_io_executor& executor, std::size_t room)
    : room_{room}, room_made_{executor}, news_{executor}
{
}

asio::awaitable<Result<void>> BytePipe::write(std::string bytes)
{
    while (waiting_ >= room_) {
        room_made_.clear();
        co_await room_made_.wait();
        if (!room_made_.happened())
            throw_cancelled();
    }
    if (bytes.empty())
        co_return Result<void>{};
    waiting_ += bytes.size();
    pieces_.push_back(std::move(bytes));
    news_.set();
    co_return Result<void>{};
}

void BytePipe::close()
{
    closed_ = true;
    news_.set();
}

void BytePipe::fail(Failure failure)
{
    failure_ = std::move(failure);
    news_.set();
}

asio::awaitable<Result<std::string>> BytePipe::read(std::size_t most)
{
    while (!failure_ && pieces_.empty() && !closed_) {
        news_.clear();
        co_await news_.wait();
        if (!news_.happened())
            throw_cancelled();
    }
    if (failure_)
        co_return *failure_;
    if (pieces_.empty())
        co_return std::string{};
    std::string& first = pieces_.front();
    const bool all = first.size() - begun_ <= most;
    std::string bytes = begun_ == 0 && all ? std::move(first) : first.substr(begun_, most);
    begun_ = all ? 0 : begun_ + bytes.size();
    waiting_ -= bytes.size();
    if (all)
        pieces_.pop_front();
    room_made_.set();
    co_return bytes;
}

} // namespace forager
