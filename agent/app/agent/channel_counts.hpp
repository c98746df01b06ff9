// What has come over brokers and what became of it, for the metrics.
#pragma once

#include "sources/broker/container_channels.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>

namespace forager {

/// The container channels of one broker.
struct ChannelCounts {
    std::string broker;
    std::map<std::string, ContainerChannels::Counts, std::less<>> requests; ///< by channel
    std::size_t putting = 0;                                                ///< requests on their way into the queue
    std::size_t replies = 0;                                                ///< that were published
    std::size_t replies_lost = 0;                                           ///< dropped, since too many waited
    std::size_t replies_waiting = 0;                                        ///< of requests that were refused
};

/// What scripts hear over one broker.
struct MessageCounts {
    std::string broker;
    std::size_t heard = 0;
    std::size_t dropped = 0;
    std::size_t waiting = 0; ///< for their handlers
    std::size_t running = 0; ///< calls of handlers
};

} // namespace forager
