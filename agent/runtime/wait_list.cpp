#include "runtime/wait_list.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <iterator>
#include <utility>

namespace forager {

namespace asio = boost::asio;

class WaitList::Waiter {
public:
    virtual ~Waiter() = default;
    virtual void finish(bool woken) = 0;

    int priority = 0;
    std::list<std::shared_ptr<Waiter>>::iterator place;
};

namespace {

template <class Handler> class Suspended final : public WaitList::Waiter {
public:
    Suspended(asio::any_io_executor executor, Handler handler)
        : executor_{std::move(executor)}, handler_{std::move(handler)}
    {
    }

    asio::cancellation_slot slot() { return asio::get_associated_cancellation_slot(handler_); }

    void finish(bool woken) override
    {
        slot().clear();
        asio::post(executor_, [handler = std::move(handler_), woken]() mutable { std::move(handler)(woken); });
    }

private:
    asio::any_io_executor executor_;
    Handler handler_;
};

// Takes it out of the list before it goes on: a cancelled one must not be woken as well.
void take_out(std::list<std::shared_ptr<WaitList::Waiter>>& waiters, std::shared_ptr<WaitList::Waiter> waiter,
              bool woken)
{
    waiters.erase(waiter->place);
    waiter->finish(woken);
}

// Behind those of its priority.
void line_up(std::list<std::shared_ptr<WaitList::Waiter>>& waiters, const std::shared_ptr<WaitList::Waiter>& waiter)
{
    auto at = waiters.end();
    while (at != waiters.begin() && (*std::prev(at))->priority < waiter->priority)
        --at;
    waiter->place = waiters.insert(at, waiter);
}

} // namespace

asio::awaitable<bool> WaitList::wait(int priority)
{
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    auto start = [this, executor, priority](auto handler) {
        const auto waiter = std::make_shared<Suspended<decltype(handler)>>(executor, std::move(handler));
        waiter->priority = priority;
        line_up(waiters_, waiter);
        if (auto slot = waiter->slot(); slot.is_connected())
            slot.assign([this, weak = std::weak_ptr<Waiter>{waiter}](asio::cancellation_type) {
                if (auto self = weak.lock())
                    take_out(waiters_, std::move(self), false);
            });
    };
    const bool woken =
        co_await asio::async_initiate<const asio::use_awaitable_t<>, void(bool)>(start, asio::use_awaitable);
    co_return woken;
}

bool WaitList::wake_one()
{
    if (waiters_.empty())
        return false;
    take_out(waiters_, waiters_.front(), true);
    return true;
}

void WaitList::wake_all()
{
    while (wake_one()) {
    }
}

} // namespace forager
