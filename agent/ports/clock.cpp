#include "ports/clock.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

// Keeps a waiting coroutine's handler until its time has come or it is cancelled, whichever is first.
template <class Handler> class Sleep final : public Timer, public std::enable_shared_from_this<Sleep<Handler>> {
public:
    Sleep(Clock& clock, asio::any_io_executor executor, Handler handler)
        : clock_{clock}, executor_{std::move(executor)}, handler_{std::move(handler)}
    {
    }
    Sleep(const Sleep&) = delete;
    Sleep& operator=(const Sleep&) = delete;
    ~Sleep() { clock_.disarm(*this); }

    void start(TimePoint when)
    {
        self_ = this->shared_from_this();
        auto slot = asio::get_associated_cancellation_slot(handler_);
        if (slot.is_connected())
            slot.assign([weak = std::weak_ptr{self_}](asio::cancellation_type) {
                if (auto self = weak.lock())
                    self->finish(asio::error::operation_aborted);
            });
        clock_.arm(*this, when);
    }

    void fire() override { finish({}); }

private:
    void finish(boost::system::error_code error)
    {
        const auto self = std::move(self_);
        if (!self)
            return;
        clock_.disarm(*this);
        asio::get_associated_cancellation_slot(handler_).clear();
        asio::post(executor_, [handler = std::move(handler_), error]() mutable { std::move(handler)(error); });
    }

    Clock& clock_;
    asio::any_io_executor executor_;
    Handler handler_;
    std::shared_ptr<Sleep> self_; // held while it waits
};

} // namespace

asio::awaitable<void> sleep_until(Clock& clock, TimePoint when)
{
    auto executor = co_await asio::this_coro::executor;
    auto start = [&clock, executor, when](auto handler) {
        std::make_shared<Sleep<decltype(handler)>>(clock, executor, std::move(handler))->start(when);
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void(boost::system::error_code)>(start,
                                                                                                  asio::use_awaitable);
}

asio::awaitable<void> sleep_for(Clock& clock, Duration duration)
{
    return sleep_until(clock, clock.now() + duration);
}

} // namespace forager
