// The small pool for work that blocks: files, archives, name lookups, the launch of children. The only place with
// threads.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstddef>
#include <functional>
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
        std::optional<std::invoke_result_t<Work&>> value;
        const auto kept = [&value, &work] { value.emplace(work()); };
        co_await perform(kept);
        co_return std::move(*value);
    }

private:
    boost::asio::awaitable<void> perform(std::function<void()> work);

    boost::asio::thread_pool pool_;
};

} // namespace forager
