#include "scripting/line_queue.hpp"

#include "ports/cancellation.hpp"

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/this_coro.hpp>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

// An event's wait returns when it is cancelled: what waits for more has to see why.
asio::awaitable<void> happening(Event& event)
{
    event.clear();
    co_await event.wait();
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
        throw_cancelled();
}

} // namespace

asio::awaitable<void> LineQueue::line(Stream stream, std::string text)
{
    while (lines_.size() >= most && !ended_)
        co_await happening(emptied_);
    lines_.push_back({stream, std::move(text)});
    filled_.set();
}

void LineQueue::tell(std::string text)
{
    if (lines_.size() >= most)
        lines_.pop_back();
    lines_.push_back({Stream::out, std::move(text)});
    filled_.set();
}

asio::awaitable<std::optional<LineQueue::Line>> LineQueue::next()
{
    while (lines_.empty() && !ended_)
        co_await happening(filled_);
    if (lines_.empty())
        co_return std::nullopt;
    Line line = std::move(lines_.front());
    lines_.pop_front();
    emptied_.set();
    co_return line;
}

void LineQueue::end()
{
    ended_ = true;
    filled_.set();
    emptied_.set();
}

} // namespace forager::scripting
