// What is published on channels of a Redis server, as it comes. One connection of its own. On the strand.
#pragma once

#include "clients/redis/connection.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace forager::redis {

struct Message {
    std::string pattern; ///< that it fits; of a plain channel the channel
    std::string channel;
    std::string payload; ///< bytes

    Message() = default;
};

class Subscription {
public:
    Subscription() = default; ///< has ended

    /// Subscribes to patterns of glob form (`*`, `?`, `[…]`), each matched by the server. Returns when it hears all of
    /// them. Failures: those of `Connection::open`; refused (no right to a channel).
    static boost::asio::awaitable<Result<Subscription>> open(http::Connector& connector, Clock& clock, Config config,
                                                             std::vector<std::string> patterns);

    /// The messages that have come since, at least one. After some seconds of silence the server is asked whether it is
    /// still there. Failures: unreachable, timed_out (it is not), refused, limit. Nothing comes after a failure.
    boost::asio::awaitable<Result<std::vector<Message>>> next();

private:
    Subscription(Connection connection, Clock& clock, Duration patience)
        : connection_{std::move(connection)}, clock_{&clock}, patience_{patience}
    {
    }

    boost::asio::awaitable<Result<Reply>> one();
    bool take(Reply reply, std::vector<Message>& messages);

    Connection connection_;
    Clock* clock_ = nullptr;
    Duration patience_{};
    bool asked_ = false; // whether it is still there
};

} // namespace forager::redis
