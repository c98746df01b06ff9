// A broker of messages as sources, primitives and functions see it: channels on which messages are published and heard.
// Implemented by a client for each kind of broker.
#pragma once

#include "core/failure.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace forager {

struct BrokerMessage {
    std::string channel; ///< on which it came, not the pattern that it fits
    std::string payload; ///< bytes
};

/// What is published on some channels from now on, over a connection of its own.
class BrokerSubscription {
public:
    virtual ~BrokerSubscription() = default;

    /// The messages that have come since, at least one, in their order. Notices within seconds that the broker is gone.
    /// Failures: unreachable, timed_out, refused, limit; nothing comes after one.
    virtual boost::asio::awaitable<Result<std::vector<BrokerMessage>>> next() = 0;
};

class Broker {
public:
    virtual ~Broker() = default;

    /// "redis", "mqtt": as scripts name it before a colon.
    virtual std::string_view name() const = 0;

    /// Sent once: after `unreachable` nobody knows whether it was heard. Failures: unreachable, timed_out, refused,
    /// limit.
    virtual boost::asio::awaitable<Result<void>> publish(std::string channel, std::string payload) = 0;

    /// Returns when it hears all patterns, which are of the broker's own form. Failures: unreachable, timed_out,
    /// refused (no right to a channel).
    virtual boost::asio::awaitable<Result<std::unique_ptr<BrokerSubscription>>>
    subscribe(std::vector<std::string> patterns) = 0;
};

} // namespace forager
