#include "scripting/vm/spare_time.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <utility>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

// Others come first, but not for ever.
constexpr std::chrono::milliseconds most_for_others{5};

void let_others(asio::io_context& loop)
{
    const auto until = std::chrono::steady_clock::now() + most_for_others;
    while (loop.poll_one() > 0 && std::chrono::steady_clock::now() < until) {
    }
}

} // namespace

void SpareTime::post(const asio::any_io_executor& executor, std::function<void()> piece)
{
    pieces_.push_back(std::move(piece));
    if (!std::exchange(serving_, true))
        asio::post(executor, [this, executor] { serve(executor); });
}

// From within the loop: what is polled here is what the loop would do next.
void SpareTime::serve(const asio::any_io_executor& executor)
{
    auto& loop = static_cast<asio::io_context&>(asio::query(executor, asio::execution::context));
    let_others(loop);
    if (!pieces_.empty() && !loop.stopped()) {
        const auto piece = std::move(pieces_.front());
        pieces_.pop_front();
        piece();
    }
    serving_ = !pieces_.empty();
    if (serving_)
        asio::post(executor, [this, executor] { serve(executor); });
}

} // namespace forager::scripting
