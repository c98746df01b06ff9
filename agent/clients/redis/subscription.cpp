#include "clients/redis/subscription.hpp"

#include "base/duration.hpp"
#include "ports/within.hpp"

#include <chrono>
#include <utility>

namespace forager::redis {

namespace asio = boost::asio;

namespace {

constexpr Duration silence = std::chrono::seconds{15};
constexpr std::size_t most_at_once = 1000; // others get their turn between

std::string text_of(Value& value)
{
    auto* text = value.get<std::string>();
    return text == nullptr ? std::string{} : std::move(*text);
}

} // namespace

asio::awaitable<Result<Subscription>> Subscription::open(http::Connector& connector, Clock& clock, Config config,
                                                         std::vector<std::string> patterns)
{
    const Duration patience = config.timeout;
    auto connection = co_await Connection::open(connector, clock, std::move(config));
    if (connection.has_error())
        co_return connection.error();
    std::vector<std::string_view> words{"PSUBSCRIBE"};
    words.insert(words.end(), patterns.begin(), patterns.end());
    if (auto sent = co_await connection->send(command_text(words)); sent.has_error())
        co_return sent.error();
    for (std::size_t count = 0; count < patterns.size(); ++count) {
        auto reply = co_await within(clock, clock.now() + patience, connection->receive(),
                                     "the Redis server at " + connection->peer() + " did not answer");
        if (reply.has_error())
            co_return reply.error();
        if (reply->error)
            co_return refusal(*reply->error);
    }
    co_return Subscription{std::move(*connection), clock, patience};
}

asio::awaitable<Result<std::vector<Message>>> Subscription::next()
{
    std::vector<Message> messages;
    while (messages.empty()) {
        auto reply = co_await one();
        if (reply.has_error())
            co_return reply.error();
        if (reply->error)
            co_return refusal(*reply->error);
        take(std::move(*reply), messages);
    }
    while (messages.size() < most_at_once) {
        auto reply = connection_.received();
        if (reply.has_error() || !*reply)
            break; // a failure is told by the next call
        take(std::move(**reply), messages);
    }
    co_return messages;
}

asio::awaitable<Result<Reply>> Subscription::one()
{
    for (;;) {
        const Duration limit = asked_ ? patience_ : silence;
        auto reply = co_await within(*clock_, clock_->now() + limit, connection_.receive());
        if (reply) {
            asked_ = false;
            co_return std::move(*reply);
        }
        if (asked_)
            co_return Failure{Errc::timed_out,
                              "the Redis server at " + connection_.peer() + " has not answered for " + to_text(limit)};
        asked_ = true;
        if (auto sent = co_await connection_.send(command_text({"PING"})); sent.has_error())
            co_return sent.error();
    }
}

// Other replies say how many patterns there are, or that the server is there.
bool Subscription::take(Reply reply, std::vector<Message>& messages)
{
    auto* parts = reply.value.get<Array>();
    if (parts == nullptr || parts->size() != 4)
        return false;
    const auto* kind = parts->front().get<std::string>();
    if (kind == nullptr || *kind != "pmessage")
        return false;
    Message message;
    message.pattern = text_of((*parts)[1]);
    message.channel = text_of((*parts)[2]);
    message.payload = text_of((*parts)[3]);
    messages.push_back(std::move(message));
    return true;
}

} // namespace forager::redis
