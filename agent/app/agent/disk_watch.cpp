#include "app/agent/disk_watch.hpp"

namespace forager {

boost::asio::awaitable<void> watch_disk(store::Writer& writer, Clock& clock, const AgentLog& log)
{
    constexpr Duration pause = std::chrono::seconds{2};
    for (;;) {
        co_await writer.troubled();
        log.fail("nothing can be kept: " + writer.trouble() +
                 ". Until that is over work is refused, and what was accepted waits");
        while (!writer.trouble().empty()) {
            co_await sleep_for(clock, pause);
            (void)co_await writer.probe(); // else nobody would know when nobody asks
        }
        log.warn("the state file takes what is to be kept again");
    }
}

} // namespace forager
