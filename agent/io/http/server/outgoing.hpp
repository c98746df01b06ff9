// Sends to a client, which must keep taking what it is sent. Belongs to a connection, used on the strand.
#pragma once

#include "io/http/server/socket.hpp"
#include "io/http/server/wire.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager::http {

class Outgoing {
public:
    /// `limit`: how long the client may take nothing.
    Outgoing(Socket& socket, Wire& wire, Clock& clock, Duration limit)
        : socket_{socket}, wire_{wire}, clock_{clock}, limit_{limit}
    {
    }

    /// False when it cannot all be sent: the client is gone, or too slow.
    boost::asio::awaitable<bool> send(std::string bytes);

private:
    Socket& socket_;
    Wire& wire_;
    Clock& clock_;
    Duration limit_;
};

} // namespace forager::http
