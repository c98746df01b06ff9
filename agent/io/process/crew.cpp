#include "io/process/crew.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

namespace forager {

namespace asio = boost::asio;

void Crew::start(asio::awaitable<void> member)
{
    ++running_;
    idle_.clear();
    auto handler = [this](std::exception_ptr thrown) { ended(std::move(thrown)); };
    const auto slot = signals_.emplace_back().slot();
    asio::co_spawn(executor_, std::move(member), asio::bind_cancellation_slot(slot, std::move(handler)));
}

void Crew::cancel()
{
    cancelled_ = true;
    for (asio::cancellation_signal& signal : signals_)
        signal.emit(asio::cancellation_type::terminal);
}

asio::awaitable<void> Crew::dismiss()
{
    cancel();
    while (!idle())
        co_await idle_.wait();
}

void Crew::ended(std::exception_ptr thrown)
{
    --running_;
    if (thrown && !cancelled_ && !trouble_) {
        trouble_ = std::move(thrown);
        on_trouble_();
    }
    if (idle())
        idle_.set();
}

} // namespace forager
