#include "io/http/connections.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <utility>

namespace forager::http {

namespace asio = boost::asio;

Lease& Lease::operator=(Lease&& other) noexcept
{
    Lease old{std::move(*this)};
    transport = std::move(other.transport);
    owner_ = std::move(other.owner_);
    key_ = std::move(other.key_);
    return *this;
}

Lease::~Lease()
{
    transport.reset();
    if (owner_)
        owner_->release(key_);
}

void Lease::give_back()
{
    if (owner_ && transport)
        owner_->keep(key_, std::move(transport));
    const auto owner = std::move(owner_);
    if (owner)
        owner->release(key_);
}

// Stands in the peer's queue; whoever releases a place sets `granted`. A grant that nobody took is passed on.
struct Connections::Waiter {
    Waiter(Connections& connections, std::string waited_key, asio::any_io_executor executor)
        : owner{connections},
          key{std::move(waited_key)},
          wake{std::move(executor), asio::steady_timer::time_point::max()}
    {
        owner.peers_[key].waiters.push_back(this);
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter()
    {
        if (granted && !taken)
            owner.release(key);
        if (!granted)
            std::erase(owner.peers_[key].waiters, this);
    }

    Connections& owner;
    std::string key;
    asio::steady_timer wake;
    bool granted = false;
    bool taken = false;
};

asio::awaitable<Lease> Connections::lease(std::string key, bool fresh)
{
    const auto self = shared_from_this();
    if (peers_[key].used < limits_.per_peer) {
        ++peers_[key].used;
    } else {
        const auto executor = co_await asio::this_coro::executor;
        Waiter waiter{*this, key, executor};
        const auto woken = co_await waiter.wake.async_wait(asio::as_tuple(asio::use_awaitable));
        (void)woken; // "aborted" also means "granted": only the flag tells them apart
        const auto state = co_await asio::this_coro::cancellation_state;
        if (!waiter.granted || state.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error{asio::error::operation_aborted};
        waiter.taken = true;
    }
    Lease lease{self, key};
    if (fresh)
        std::erase_if(idle_, [&](const Idle& idle) { return idle.key == key; });
    lease.transport = take_idle(key);
    lease.reused = lease.transport != nullptr;
    co_return lease;
}

void Connections::close()
{
    closed_ = true;
    idle_.clear();
    clock_.disarm(*this);
}

void Connections::release(const std::string& key)
{
    Peer& peer = peers_[key];
    if (!peer.waiters.empty()) {
        Waiter* next = peer.waiters.front();
        peer.waiters.pop_front();
        next->granted = true;
        next->wake.cancel();
        return;
    }
    if (--peer.used == 0)
        peers_.erase(key);
}

void Connections::keep(const std::string& key, std::unique_ptr<Transport> transport)
{
    if (closed_)
        return;
    const TimePoint until = clock_.now() + limits_.idle_time;
    idle_.push_back({key, until, std::move(transport)});
    if (idle_.size() > limits_.idle)
        idle_.pop_front();
    if (!armed())
        clock_.arm(*this, until);
}

// The newest first: it is the least likely to have been closed by the server.
std::unique_ptr<Transport> Connections::take_idle(const std::string& key)
{
    for (auto idle = idle_.end(); idle != idle_.begin();) {
        --idle;
        if (idle->key != key)
            continue;
        auto transport = std::move(idle->transport);
        idle = idle_.erase(idle);
        if (!transport->is_stale())
            return transport;
    }
    return nullptr;
}

void Connections::fire()
{
    const TimePoint now = clock_.now();
    std::erase_if(idle_, [&](const Idle& idle) { return idle.until <= now; });
    if (!idle_.empty())
        clock_.arm(*this, idle_.front().until);
}

} // namespace forager::http
