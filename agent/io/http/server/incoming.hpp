// What a client sends, read ahead up to a bound, also while its request is being answered: so its leaving is noticed.
// Belongs to a connection, used on the strand.
#pragma once

#include "io/event.hpp"
#include "io/http/server/socket.hpp"
#include "io/http/server/wire.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace forager::http {

class Incoming {
public:
    /// `patience`: how long a client that closed its sending side, and may have left or not, is waited upon.
    Incoming(Socket& socket, Wire& wire, Clock& clock, Duration patience);

    /// Reads until the client has left; the connection runs it beside its own work.
    boost::asio::awaitable<void> pump();

    /// What was read and not dropped yet. Good until the next wait.
    std::string_view bytes();
    void drop(std::size_t count);
    bool full() const;

    /// Waits for more than `bytes()` last showed. False when there will be none, or none before `deadline`.
    boost::asio::awaitable<bool> more(TimePoint deadline);

    /// Nothing more will come; what came can still be answered.
    bool ended() const { return ended_; }
    /// Nobody is there to answer to.
    bool left() const { return left_; }

private:
    bool receive();
    bool hung_up();

    Socket& socket_;
    Wire& wire_;
    Clock& clock_;
    Duration patience_;
    std::string bytes_;
    std::size_t received_ = 0;
    std::size_t shown_ = 0; ///< of `received_`
    Event changed_;
    Event dropped_;
    bool ended_ = false;
    bool left_ = false;
};

} // namespace forager::http
