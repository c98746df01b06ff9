#include "app/agent/drain.hpp"

#include <utility>

namespace forager {

namespace asio = boost::asio;

Drain::Drain(const asio::any_io_executor& executor, Parts parts) : parts_{std::move(parts)}, less_{executor}
{
    parts_.scheduler.on_less([this] { less_.set(); });
    parts_.gate.on_emptied([this] { less_.set(); });
}

Drain::~Drain()
{
    parts_.scheduler.on_less({});
    parts_.gate.on_emptied({});
}

asio::awaitable<void> Drain::run()
{
    parts_.gate.shut();
    parts_.pause();
    while (is_busy()) {
        less_.clear();
        co_await less_.wait();
    }
}

void Drain::resume()
{
    parts_.gate.open();
    parts_.resume();
}

} // namespace forager
