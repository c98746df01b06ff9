// Ends commands with everything that they have started. All requests are served together by one coroutine, so that a
// thousand cancellations at once cost a few walks over /proc. Lives on the strand; must outlive those who wait.
#pragma once

#include "io/event.hpp"
#include "io/pool.hpp"
#include "io/process/scan.hpp"
#include "ports/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <vector>

namespace forager {

class Reaper {
public:
    Reaper(boost::asio::any_io_executor executor, BlockingPool& pool, Clock& clock);
    Reaper(const Reaper&) = delete;
    Reaper& operator=(const Reaper&) = delete;

    /// SIGTERM to all that match, SIGKILL to what is left after 300 ms, until none is left. False: some may
    /// still be there, as they have become another user's, or the kernel has held them for five seconds more. `main`
    /// belongs to it whatever its tag. The caller must not be cancelled meanwhile.
    boost::asio::awaitable<bool> end(TagPattern pattern, HeldProcess main = {});

private:
    struct Request {
        Hunt hunt;
        TimePoint begun;
        int empty_walks = 0;
        Event done;
    };

    boost::asio::awaitable<void> work();
    std::vector<Hunt*> due_hunts();
    bool settle();

    boost::asio::any_io_executor executor_;
    BlockingPool& pool_;
    Clock& clock_;
    std::vector<Request*> requests_; // each in the frame of its `end`
    bool working_ = false;
};

} // namespace forager
