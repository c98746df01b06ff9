// The small pool for work that blocks: files, archives, name lookups, the launch of children. The only place with
// threads.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace forager {

class BlockingPool {
public:
    explicit BlockingPool(std::size_t threads = 2) : pool_{threads} {}

    /// Runs `work` on a thread of the pool and comes back with its value. It cannot be cancelled: the caller waits for
    /// its end, so that nothing that it refers to goes away.
    template <class Work> boost::asio::awaitable<std::invoke_result_t<Work&>> run(Work work)
    {
        namespace asio = boost::asio;
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        std::optional<std::invoke_result_t<Work&>> value;
        std::exception_ptr thrown;
        auto start = [&](auto handler) {
            // Tracked: the loop must not run dry while only the pool works for it.
            auto back = asio::prefer(executor, asio::execution::outstanding_work.tracked);
            asio::post(pool_, [&value, &thrown, &work, back, handler = std::move(handler)]() mutable {
                try {
                    value.emplace(work());
                } catch (...) {
                    thrown = std::current_exception();
                }
                asio::post(back, std::move(handler));
            });
        };
        co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(start, asio::use_awaitable);
        if (thrown)
            std::rethrow_exception(thrown);
        co_return std::move(*value);
    }

private:
    boost::asio::thread_pool pool_;
};

} // namespace forager
