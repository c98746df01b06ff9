#include "clients/mqtt/connection.hpp"

#include "base/duration.hpp"
#include "io/http/progress.hpp"
#include "ports/within.hpp"

#include <boost/asio/error.hpp>

#include <limits>
#include <span>
#include <utility>

namespace forager::mqtt {

namespace asio = boost::asio;

namespace {

constexpr std::size_t piece = std::size_t{64} * 1024;

// Who is not there is unreachable, however that shows. Only a certificate that nobody trusts stays a refusal.
Failure not_there(const std::string& peer, Failure failure)
{
    const bool is_absence = failure.code == Errc::not_found || (failure.code == Errc::refused && failure.retry);
    if (is_absence)
        failure.code = Errc::unreachable;
    failure.message = "the MQTT broker at " + peer + " cannot be reached: " + failure.message;
    return failure;
}

std::string late(const Config& config)
{
    return "the MQTT broker at " + config.address.shown() + " did not answer within " + to_text(config.timeout);
}

asio::awaitable<Result<std::unique_ptr<http::Transport>>> connect(http::Connector& connector, const Config& config,
                                                                  TimePoint deadline)
{
    http::Progress progress;
    auto transport = co_await connector.connect(config.address.place, config.tls, deadline, progress);
    if (transport.has_error() && transport.error().code == Errc::timed_out)
        co_return Failure{Errc::timed_out, late(config)};
    if (transport.has_error())
        co_return not_there(config.address.shown(), std::move(transport).error());
    co_return transport;
}

} // namespace

Failure refusal(const Answer& answer)
{
    constexpr std::uint8_t bad_password = 0x86;
    constexpr std::uint8_t no_right = 0x87;
    const bool is_stranger = answer.code == bad_password || answer.code == no_right;
    return {Errc::refused,
            "MQTT: " + answer.reason + (is_stranger ? " (see [mqtt] user and password_file, and its rights)" : "")};
}

Connection::Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Connection::Connection(std::unique_ptr<http::Transport> transport, std::string peer, std::size_t limit)
    : transport_{std::move(transport)}, peer_{std::move(peer)}, reader_{std::make_unique<PacketReader>(limit)}
{
}

asio::awaitable<Result<Connection>> Connection::open(http::Connector& connector, Clock& clock, Config config,
                                                     std::string client_id, std::chrono::seconds keep_alive)
{
    const TimePoint deadline = clock.now() + config.timeout;
    auto transport = co_await connect(connector, config, deadline);
    if (transport.has_error())
        co_return transport.error();
    Connection connection{std::move(*transport), config.address.shown(), config.packet_limit};
    Introduction who;
    who.client_id = std::move(client_id);
    who.user = config.address.user;
    who.password = config.address.password;
    who.keep_alive = static_cast<std::uint16_t>(keep_alive.count());
    who.most_bytes = static_cast<std::uint32_t>(
        std::min<std::size_t>(config.packet_limit, std::numeric_limits<std::uint32_t>::max()));
    auto known = co_await within(clock, deadline, connection.introduce(std::move(who)), late(config));
    if (known.has_error())
        co_return known.error();
    co_return std::move(connection);
}

asio::awaitable<Result<void>> Connection::introduce(Introduction who)
{
    if (auto sent = co_await send(connect_packet(who)); sent.has_error())
        co_return sent.error();
    auto packet = co_await receive();
    if (packet.has_error())
        co_return packet.error();
    auto answer = answer_in(*packet);
    if (answer.has_error())
        co_return answer.error();
    if (answer->is_refusal() || packet->kind != Kind::connack)
        co_return refusal(*answer);
    receives_ = answer->receives;
    co_return Result<void>{};
}

asio::awaitable<Result<void>> Connection::send(std::string packets)
{
    if (!transport_)
        co_return lost("is closed");
    const auto moved = co_await transport_->write(packets);
    if (moved.error)
        co_return lost("broke: " + moved.error.message());
    co_return Result<void>{};
}

Result<std::optional<Packet>> Connection::received()
{
    if (!reader_)
        return lost("is closed");
    auto packet = reader_->next();
    if (packet.has_error()) {
        transport_.reset(); // nothing that comes can be understood
        packet.error().message = "the server at " + peer_ + " cannot be understood: " + packet.error().message;
    }
    return packet;
}

asio::awaitable<Result<Packet>> Connection::receive()
{
    for (;;) {
        auto packet = received();
        if (packet.has_error())
            co_return packet.error();
        if (*packet)
            co_return std::move(**packet);
        if (auto came = co_await more(); came.has_error())
            co_return came.error();
    }
}

asio::awaitable<Result<void>> Connection::more()
{
    if (!transport_)
        co_return lost("is closed");
    buffer_.resize(piece);
    const auto moved = co_await transport_->read_some(std::span{buffer_.data(), buffer_.size()});
    reader_->feed(std::string_view{buffer_}.substr(0, moved.bytes));
    if (moved.error)
        co_return lost(moved.error == asio::error::eof ? "was closed by it" : "broke: " + moved.error.message());
    co_return Result<void>{};
}

Failure Connection::lost(std::string_view why) const
{
    return {Errc::unreachable, "the connection to the MQTT broker at " + peer_ + " " + std::string{why}};
}

} // namespace forager::mqtt
