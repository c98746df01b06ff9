// A broker of messages as sources, primitives and functions see it: channels on which messages are published and heard.
// Implemented by a client for each kind of broker.
#pragma once

#include "core/failure.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace forager {

class BrokerStreams;

struct BrokerMessage {
    std::string pattern; ///< of those that are heard, the one that it fits; it comes once for each that it fits
    std::string channel;
    std::string payload; ///< bytes

    BrokerMessage() = default;
    BrokerMessage(std::string pattern, std::string channel, std::string payload)
        : pattern{std::move(pattern)}, channel{std::move(channel)}, payload{std::move(payload)}
    {
    }
};

/// What is published on some channels from now on, over a connection of its own.
class BrokerSubscription {
public:
    virtual ~BrokerSubscription() = default;

    /// Waits until the broker says something, and gives the messages that have come since, in their order: some, or
    /// none when it said something else. Notices within seconds that the broker is gone. Failures: unreachable,
    /// timed_out, refused, limit; nothing comes after one. Must not be cancelled but for good.
    virtual boost::asio::awaitable<Result<std::vector<BrokerMessage>>> next() = 0;

    /// These patterns and no others are heard soon; those that stay lose nothing. While `next` waits, too, which tells
    /// when that fails.
    virtual void hear(std::vector<std::string> patterns) = 0;

    /// The patterns that the broker does not let it hear, and the broker's words for that.
    virtual const std::map<std::string, std::string>& refused() const = 0;
};

/// Channels that are nobody else's.
struct OwnChannels {
    std::string prefix;  ///< with letters and digits behind it a channel
    std::string pattern; ///< all of them

    OwnChannels() = default;
    OwnChannels(std::string prefix, std::string pattern) : prefix{std::move(prefix)}, pattern{std::move(pattern)} {}
};

class Broker {
public:
    virtual ~Broker() = default;

    /// "redis", "mqtt": as scripts name it before a colon.
    virtual std::string_view name() const = 0;

    /// Sent once: after `unreachable` nobody knows whether it was heard. Failures: unreachable, timed_out, refused,
    /// limit.
    virtual boost::asio::awaitable<Result<void>> publish(std::string channel, std::string payload) = 0;

    /// Patterns are of the broker's own form. Returns when the broker has answered for all of them; one that it refuses
    /// stands in `refused()`, and the others are heard. Failures: unreachable, timed_out, refused (the agent itself).
    virtual boost::asio::awaitable<Result<std::unique_ptr<BrokerSubscription>>>
    subscribe(std::vector<std::string> patterns) = 0;

    /// As the broker's own form of channels and patterns is; `id` is made of letters and digits.
    virtual OwnChannels own_channels(std::string_view id) const = 0;

    /// Null where the broker has none.
    virtual BrokerStreams* streams() { return nullptr; }
};

} // namespace forager
