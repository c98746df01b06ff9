#include "app/agent/reload_loop.hpp"

#include "ports/within.hpp"

namespace forager {

namespace asio = boost::asio;

asio::awaitable<void> ReloadLoop::run()
{
    constexpr Duration look = std::chrono::seconds{2};
    constexpr Duration seldom = std::chrono::hours{1};
    for (;;) {
        (void)co_await within(clock, clock.now() + (changed ? look : seldom), asked.wait());
        bool wanted = asked.happened();
        asked.clear();
        if (!wanted && changed)
            wanted = co_await changed();
        if (wanted)
            co_await reload();
    }
}

} // namespace forager
