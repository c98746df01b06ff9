// A small WebSocket server that hears one message and then does as a test says. It runs on the test's own loop.
#pragma once

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace forager::test {

/// What the peer does after the first message of a connection.
struct Talk {
    std::vector<std::string> messages; ///< sent one after the other, with a ping before
    enum class Then {
        close,  ///< with a farewell
        vanish, ///< without it
        hang,   ///< says no more
    } then = Then::close;
};

class WebSocketPeer {
public:
    /// Given the first message.
    using Handler = std::function<Talk(const std::string& message)>;

    WebSocketPeer(boost::asio::io_context& context, Handler handler);
    ~WebSocketPeer();

    std::uint16_t port() const;
    /// What was heard, one message for each connection.
    const std::vector<std::string>& heard() const;
    /// The path and the host of the last handshake.
    const std::string& asked() const;
    /// How many pings were answered.
    int pongs() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace forager::test
