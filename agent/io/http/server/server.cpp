#include "io/http/server/server.hpp"

#include "io/event.hpp"
#include "io/http/server/alarm.hpp"
#include "io/http/server/connection.hpp"
#include "io/http/server/listening.hpp"
#include "ports/cancellation.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cerrno>
#include <list>
#include <utility>

namespace forager::http {

namespace asio = boost::asio;

namespace {

// Clients that are being told that there are too many: beyond these, the others wait in the kernel's queue, for as long
// as it takes those to hear it.
constexpr std::size_t turned_away_at_once = 256;

// What the next attempt does not meet at once again.
bool passes(int error)
{
    return error == EAGAIN || error == EINTR || error == ECONNABORTED;
}

} // namespace

class Server::Impl {
public:
    Impl(asio::any_io_executor executor, Clock& clock, Handle handle, const Config& config)
        : executor_{std::move(executor)},
          clock_{clock},
          handle_{std::move(handle)},
          config_{config},
          bodies_{config_.bodies_limit},
          changed_{executor_},
          room_{executor_}
    {
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() = default;

    void add(Listening listening, std::shared_ptr<const TlsIdentity> identity);
    asio::awaitable<void> run();
    std::size_t connections() const { return connections_.size(); }

private:
    struct Place {
        Place(const asio::any_io_executor& executor, Listening listening, std::shared_ptr<const TlsIdentity> tls)
            : identity{std::move(tls)}, file{std::move(listening.file)}, socket{executor, listening.socket.release()}
        {
        }

        std::unique_ptr<Wire> wire(int descriptor) const
        {
            return identity ? identity->wire(descriptor) : std::make_unique<PlainWire>(descriptor);
        }

        std::shared_ptr<const TlsIdentity> identity; // null: bytes go as they are
        std::shared_ptr<LocalFile> file;
        asio::posix::stream_descriptor socket;
        asio::cancellation_signal signal;
        std::size_t connections = 0;
        bool accepting = false;
    };

    void begin(Place& place);
    asio::awaitable<void> accept_all(Place& place);
    bool welcome(Place& place, Accepted accepted);
    asio::awaitable<void> stop_accepting();
    asio::awaitable<void> let_finish();
    asio::awaitable<void> end_all();
    bool accepting() const;

    asio::any_io_executor executor_;
    Clock& clock_;
    Handle handle_;
    Config config_;
    BodyBudget bodies_;
    std::list<Place> places_;
    std::list<Connection> connections_;
    Event changed_; // for `run`: something ended
    Event room_;    // for those that accept
    std::exception_ptr thrown_;
};

void Server::Impl::add(Listening listening, std::shared_ptr<const TlsIdentity> identity)
{
    places_.emplace_back(executor_, std::move(listening), std::move(identity));
}

asio::awaitable<void> Server::Impl::run()
{
    const auto state = co_await asio::this_coro::cancellation_state;
    co_await asio::this_coro::throw_if_cancelled(false);
    for (Place& place : places_)
        begin(place);
    while (state.cancelled() == asio::cancellation_type::none && !thrown_) {
        changed_.clear();
        co_await changed_.wait();
    }
    co_await stop_accepting();
    co_await let_finish();
    co_await end_all();
    places_.clear();
    co_await asio::this_coro::throw_if_cancelled(true);
    if (thrown_)
        std::rethrow_exception(std::exchange(thrown_, nullptr));
}

void Server::Impl::begin(Place& place)
{
    place.accepting = true;
    const auto ended = [this, &place](const std::exception_ptr& thrown) {
        place.accepting = false;
        if (!is_cancellation(thrown))
            thrown_ = thrown;
        changed_.set();
    };
    asio::co_spawn(executor_, accept_all(place), asio::bind_cancellation_slot(place.signal.slot(), ended));
}

asio::awaitable<void> Server::Impl::accept_all(Place& place)
{
    for (;;) {
        while (place.connections >= config_.connections + turned_away_at_once) {
            room_.clear();
            co_await room_.wait();
        }
        co_await place.socket.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
        Accepted accepted = accept_one(place.socket.native_handle());
        const bool passing = accepted.error == 0 ? welcome(place, std::move(accepted)) : passes(accepted.error);
        if (!passing)
            co_await sleep_for(clock_, config_.exhausted_pause);
    }
}

// False: the client had to be dropped, for the system has too little memory to watch it.
bool Server::Impl::welcome(Place& place, Accepted accepted)
{
    Socket socket{executor_};
    boost::system::error_code error;
    socket.assign({accepted.family, 0}, accepted.socket.number(), error);
    if (error)
        return false;
    accepted.socket.release();
    std::unique_ptr<Wire> wire = place.wire(socket.native_handle());
    const auto here = connections_.emplace(connections_.end(), std::move(socket), std::move(wire),
                                           Connection::Origin{std::move(accepted.peer), accepted.uid},
                                           Connection::Services{clock_, config_, handle_, bodies_});
    const bool has_room = ++place.connections <= config_.connections;
    here->start(has_room, [this, &place, here] {
        connections_.erase(here);
        --place.connections;
        room_.set();
        changed_.set();
    });
    return true;
}

bool Server::Impl::accepting() const
{
    return std::ranges::any_of(places_, [](const Place& place) { return place.accepting; });
}

// Closed at once, so that a new client is refused instead of waiting for nobody.
asio::awaitable<void> Server::Impl::stop_accepting()
{
    for (Place& place : places_)
        place.signal.emit(asio::cancellation_type::terminal);
    while (accepting()) {
        changed_.clear();
        co_await changed_.wait();
    }
    for (Place& place : places_) {
        place.socket.close();
        place.file.reset();
    }
}

asio::awaitable<void> Server::Impl::let_finish()
{
    for (Connection& connection : connections_)
        connection.finish();
    const Alarm alarm{clock_, clock_.now() + config_.grace, changed_};
    bool patient = true;
    while (!connections_.empty() && patient) {
        changed_.clear();
        co_await changed_.wait();
        patient = changed_.happened() && !alarm.fired(); // else it was cancelled again
    }
}

asio::awaitable<void> Server::Impl::end_all()
{
    for (Connection& connection : connections_)
        connection.cancel();
    while (!connections_.empty()) {
        changed_.clear();
        co_await changed_.wait();
    }
}

Server::Server(asio::any_io_executor executor, Clock& clock, Handle handle, Config config)
    : impl_{std::make_unique<Impl>(std::move(executor), clock, std::move(handle), config)}
{
}

Server::~Server() = default;

Result<void> Server::listen_local(std::string path, mode_t mode)
{
    auto listening = listen_at_path(path, mode);
    if (listening.has_error())
        return listening.error();
    impl_->add(std::move(*listening), nullptr);
    return {};
}

Result<std::uint16_t> Server::listen_tcp(std::string address, std::uint16_t port,
                                         std::shared_ptr<const TlsIdentity> identity)
{
    auto listening = listen_at_address(address, port);
    if (listening.has_error())
        return listening.error();
    const std::uint16_t bound = listening->port;
    impl_->add(std::move(*listening), std::move(identity));
    return bound;
}

asio::awaitable<void> Server::run()
{
    return impl_->run();
}

std::size_t Server::connections() const
{
    return impl_->connections();
}

} // namespace forager::http
