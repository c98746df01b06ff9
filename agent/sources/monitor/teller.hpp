// Brings the events of monitors to the durable queue: written down first, then put, then forgotten. Where the queue has
// no room they wait. On the strand.
#pragma once

#include "ports/clock.hpp"
#include "ports/monitor_records.hpp"
#include "ports/queue.hpp"
#include "sources/monitor/lanes.hpp"
#include "sources/monitor/monitor_list.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>

namespace forager::monitoring {

class Teller {
public:
    /// All must outlive it.
    struct Parts {
        Clock& clock;
        Random& random;
        Queue& queue;
        MonitorRecords& records;
        std::function<void(Watched& watched)> told;  ///< its event is safe
        std::function<void(Watched& watched)> waits; ///< until `retry_at`
        std::function<void(const std::string& message)> tell;
    };

    Teller(Parts parts, Spawn spawn);

    /// The container's pending event. Nothing happens where it is on its way.
    void deliver(Watched& watched);

private:
    boost::asio::awaitable<void> put(SharedWatched watched);
    boost::asio::awaitable<Result<void>> put_pending(SharedWatched watched);
    void settle(Watched& watched);
    void wait(Watched& watched, const Failure& failure);

    Parts parts_;
    Lanes lanes_;
};

} // namespace forager::monitoring
