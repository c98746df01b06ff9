// Streams of a Redis server (7.0; XPENDING with IDLE is there since 6.2). On the strand.
#pragma once

#include "clients/redis/client.hpp"
#include "ports/broker_streams.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <string>
#include <vector>

namespace forager::redis {

class Streams final : public BrokerStreams {
public:
    /// All must outlive it.
    Streams(http::Connector& connector, Clock& clock, Client& client)
        : connector_{connector}, clock_{clock}, client_{client}
    {
    }

    boost::asio::awaitable<Result<std::string>> add(std::string stream, Object fields, std::size_t most) override;
    boost::asio::awaitable<Result<void>> make_group(std::string stream, std::string group) override;
    boost::asio::awaitable<Result<std::vector<StreamEntry>>> read(StreamReader reader, std::size_t most,
                                                                  Duration patience) override;
    boost::asio::awaitable<Result<std::vector<StreamEntry>>> claim(StreamReader reader, Duration idle,
                                                                   std::size_t most) override;
    boost::asio::awaitable<Result<void>> acknowledge(StreamReader reader, std::vector<std::string> ids) override;

private:
    boost::asio::awaitable<Result<Connection>> line_for(const StreamReader& reader);

    http::Connector& connector_;
    Clock& clock_;
    Client& client_;
    std::map<std::string, Connection> lines_; // of readers; one that is in use stands nowhere
};

} // namespace forager::redis
