// Connections that are kept alive between requests, and how many one peer may have. Used by the client, on the strand.
#pragma once

#include "base/time.hpp"
#include "io/http/transport.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <string>

namespace forager::http {

class Connections;

/// The right to one connection to a peer, and the connection itself once there is one. Destroying it closes the
/// connection and gives the right to who waits for it.
class Lease {
public:
    Lease() = default;
    Lease(std::shared_ptr<Connections> owner, std::string key) : owner_{std::move(owner)}, key_{std::move(key)} {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) noexcept;
    ~Lease();

    std::unique_ptr<Transport> transport;
    bool reused = false; ///< it was kept from an earlier request

    /// Keeps the connection for the next request: only after a complete answer.
    void give_back();

private:
    std::shared_ptr<Connections> owner_;
    std::string key_;
};

class Connections final : public std::enable_shared_from_this<Connections>, private Timer {
public:
    struct Limits {
        std::size_t per_peer = 8;
        std::size_t idle = 32; ///< of all peers together
        Duration idle_time = std::chrono::seconds{60};
    };

    Connections(Clock& clock, Limits limits) : clock_{clock}, limits_{limits} {}
    Connections(const Connections&) = delete;
    Connections& operator=(const Connections&) = delete;
    ~Connections() { close(); }

    /// Waits until this peer may have another connection. Holds a kept one, unless there is none or `fresh` is wanted:
    /// then the kept ones of this peer are closed. Throws `operation_aborted` when cancelled.
    boost::asio::awaitable<Lease> lease(std::string key, bool fresh);

    /// Closes what is kept, and keeps nothing more.
    void close();

    std::size_t idle() const { return idle_.size(); }

private:
    friend class Lease;
    struct Waiter;
    struct Peer {
        std::size_t used = 0;
        std::deque<Waiter*> waiters;
    };
    struct Idle {
        std::string key;
        TimePoint until;
        std::unique_ptr<Transport> transport;
    };

    void release(const std::string& key);
    void keep(const std::string& key, std::unique_ptr<Transport> transport);
    std::unique_ptr<Transport> take_idle(const std::string& key);
    void fire() override;

    Clock& clock_;
    Limits limits_;
    bool closed_ = false;
    std::map<std::string, Peer> peers_; // those in use or waited for
    std::list<Idle> idle_;              // the oldest first
};

} // namespace forager::http
