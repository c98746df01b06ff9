#include "clients/redis/connection.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "io/http/progress.hpp"
#include "ports/within.hpp"

#include <utility>

namespace forager::redis {

namespace asio = boost::asio;

namespace {

constexpr std::size_t piece = 64 * 1024;

// Who is not there is unreachable, however that shows. Only a certificate that nobody trusts stays a refusal.
Failure not_there(const std::string& peer, Failure failure)
{
    const bool is_absence = failure.code == Errc::not_found || (failure.code == Errc::refused && failure.retry);
    if (is_absence)
        failure.code = Errc::unreachable;
    failure.message = "the Redis server at " + peer + " cannot be reached: " + failure.message;
    return failure;
}

std::string late(const Config& config)
{
    return "the Redis server at " + config.address.shown() + " did not answer within " + to_text(config.timeout);
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

Failure refusal(const std::string& words)
{
    const std::string kind = words.substr(0, words.find(' '));
    const bool is_stranger = kind == "NOAUTH" || kind == "WRONGPASS";
    Failure failure{Errc::refused, "Redis: " + printable(words) +
                                       (is_stranger        ? " (set [redis] user and password_file)"
                                        : kind == "NOPERM" ? " (the user of [redis] needs that right: see ACL SETUSER)"
                                                           : "")};
    failure.details.append("reply", kind);
    return failure;
}

Connection::Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Connection::Connection(std::unique_ptr<http::Transport> transport, std::string peer, std::size_t limit)
    : transport_{std::move(transport)}, peer_{std::move(peer)}, parser_{std::make_unique<ReplyParser>(limit)}
{
}

asio::awaitable<Result<Connection>> Connection::open(http::Connector& connector, Clock& clock, Config config)
{
    const TimePoint deadline = clock.now() + config.timeout;
    auto transport = co_await connect(connector, config, deadline);
    if (transport.has_error())
        co_return transport.error();
    Connection connection{std::move(*transport), config.address.shown(), config.reply_limit};
    auto known = co_await within(clock, deadline, connection.introduce(config), late(config));
    if (known.has_error())
        co_return known.error();
    co_return std::move(connection);
}

asio::awaitable<Result<void>> Connection::introduce(Config config)
{
    const Address& address = config.address;
    if (!address.password.empty()) {
        const bool is_named = !address.user.empty();
        auto let_in = co_await ask(is_named ? command_text({"AUTH", address.user, address.password})
                                            : command_text({"AUTH", address.password}));
        if (let_in.has_error())
            co_return let_in.error();
    }
    (void)co_await ask(command_text({"CLIENT", "SETNAME", config.name})); // only for people who look
    if (address.database != 0) {
        auto chosen = co_await ask(command_text({"SELECT", std::to_string(address.database)}));
        if (chosen.has_error())
            co_return chosen.error();
    }
    auto lives = co_await ask(command_text({"PING"})); // says when there is no access, or no Redis
    if (lives.has_error())
        co_return lives.error();
    co_return Result<void>{};
}

asio::awaitable<Result<Value>> Connection::ask(std::string command)
{
    if (auto sent = co_await send(std::move(command)); sent.has_error())
        co_return sent.error();
    auto reply = co_await receive();
    if (reply.has_error())
        co_return reply.error();
    if (reply->error)
        co_return refusal(*reply->error);
    co_return std::move(reply->value);
}

asio::awaitable<Result<void>> Connection::send(std::string commands)
{
    if (!transport_)
        co_return lost("is closed");
    const auto moved = co_await transport_->write(commands);
    if (moved.error)
        co_return lost("broke: " + moved.error.message());
    co_return Result<void>{};
}

Result<std::optional<Reply>> Connection::received()
{
    if (!parser_)
        return lost("is closed");
    auto reply = parser_->next();
    if (reply.has_error()) {
        transport_.reset(); // nothing that comes can be understood
        reply.error().message = "the server at " + peer_ + " cannot be understood: " + reply.error().message;
    }
    return reply;
}

asio::awaitable<Result<Reply>> Connection::receive()
{
    for (;;) {
        auto reply = received();
        if (reply.has_error())
            co_return reply.error();
        if (*reply)
            co_return std::move(**reply);
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
    parser_->feed(std::string_view{buffer_}.substr(0, moved.bytes));
    if (moved.error)
        co_return lost(moved.error == asio::error::eof ? "was closed by it" : "broke: " + moved.error.message());
    co_return Result<void>{};
}

Failure Connection::lost(std::string_view why) const
{
    return {Errc::unreachable, "the connection to the Redis server at " + peer_ + " " + std::string{why}};
}

} // namespace forager::redis
