#include "io/pool.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>

namespace forager {

namespace asio = boost::asio;

asio::awaitable<void> BlockingPool::perform(std::function<void()> work)
{
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    std::exception_ptr thrown;
    auto start = [&](auto handler) {
        // Tracked: the loop must not run dry while only the pool works for it.
        auto back = asio::prefer(executor, asio::execution::outstanding_work.tracked);
        asio::post(pool_, [&thrown, &work, back, handler = std::move(handler)]() mutable {
            try {
                work();
            } catch (...) {
                thrown = std::current_exception();
            }
            asio::post(back, std::move(handler));
        });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(start, asio::use_awaitable);
    if (thrown)
        std::rethrow_exception(thrown);
}

} // namespace forager
