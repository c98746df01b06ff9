#include "clients/redis/subscription.hpp"

#include "base/duration.hpp"
#include "ports/within.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <deque>
#include <set>
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

/// The connection with what is heard over it. What is written goes on while something is read.
class Subscription::Line final : public std::enable_shared_from_this<Line>, private Timer {
public:
    Line(asio::any_io_executor executor, Clock& clock, Connection connection, Duration patience)
        : executor_{std::move(executor)}, clock_{clock}, connection_{std::move(connection)}, patience_{patience}
    {
    }
    ~Line()
    {
        if (armed())
            clock_.disarm(*this);
    }

    void hear(const std::vector<std::string>& patterns);
    void close();
    bool has_answered() const { return asked_.empty(); }
    const std::map<std::string, std::string>& refused() const { return refused_; }

    /// Waits for the next reply, and takes what has come with it.
    asio::awaitable<Result<void>> take_some(std::vector<BrokerMessage>& messages);

private:
    enum class Wish { hear, leave, sign_of_life };
    struct Asked {
        Wish wish;
        std::string pattern;
    };

    void fire() override;
    void ask(Wish wish, const std::string& pattern);
    asio::awaitable<void> write();
    void take(Reply reply, std::vector<BrokerMessage>& messages);
    void answered(const std::optional<std::string>& error);

    asio::any_io_executor executor_;
    Clock& clock_;
    Connection connection_;
    Duration patience_;
    std::set<std::string> heard_;
    std::map<std::string, std::string> refused_;
    std::deque<Asked> asked_; // what the server has not answered yet, in order
    std::string outgoing_;
    bool writing_ = false;
    std::optional<Failure> broken_;
    asio::cancellation_signal stop_writing_;
};

void Subscription::Line::hear(const std::vector<std::string>& patterns)
{
    const std::set<std::string> wanted{patterns.begin(), patterns.end()};
    for (const std::string& pattern : wanted)
        if (!heard_.contains(pattern))
            ask(Wish::hear, pattern);
    for (const std::string& pattern : heard_)
        if (!wanted.contains(pattern))
            ask(Wish::leave, pattern);
    std::erase_if(refused_, [&](const auto& one) { return !wanted.contains(one.first); });
    heard_ = wanted;
}

void Subscription::Line::ask(Wish wish, const std::string& pattern)
{
    asked_.push_back({wish, pattern});
    outgoing_ += wish == Wish::hear    ? command_text({"PSUBSCRIBE", pattern})
                 : wish == Wish::leave ? command_text({"PUNSUBSCRIBE", pattern})
                                       : command_text({"PING"});
    if (std::exchange(writing_, true))
        return;
    const auto keeps = [self = shared_from_this()](const std::exception_ptr&) { self->writing_ = false; };
    asio::co_spawn(executor_, write(), asio::bind_cancellation_slot(stop_writing_.slot(), keeps));
}

asio::awaitable<void> Subscription::Line::write()
{
    while (!outgoing_.empty() && !broken_) {
        auto sent = co_await connection_.send(std::exchange(outgoing_, {}));
        if (sent.has_error())
            broken_ = std::move(sent).error();
    }
}

void Subscription::Line::close()
{
    broken_ = Failure{Errc::unreachable, "the subscription was closed"};
    clock_.disarm(*this);
    if (writing_) // what is emitted outside of the loop arrives later, and finds this object there
        asio::post(executor_,
                   [self = shared_from_this()] { self->stop_writing_.emit(asio::cancellation_type::terminal); });
}

// Nothing has come for a while.
void Subscription::Line::fire()
{
    ask(Wish::sign_of_life, {});
}

asio::awaitable<Result<void>> Subscription::Line::take_some(std::vector<BrokerMessage>& messages)
{
    clock_.arm(*this, clock_.now() + silence);
    const std::string late =
        "the Redis server at " + connection_.peer() + " has said nothing for " + to_text(silence + patience_);
    auto reply = co_await within(clock_, clock_.now() + silence + patience_, connection_.receive(), late);
    clock_.disarm(*this);
    if (reply.has_error()) {
        broken_ = reply.error();
        co_return reply.error();
    }
    take(std::move(*reply), messages);
    while (messages.size() < most_at_once) {
        auto more = connection_.received();
        if (more.has_error() || !*more)
            break; // a failure is told by the next call
        take(std::move(**more), messages);
    }
    co_return Result<void>{};
}

// What is no message answers what was asked, in order.
void Subscription::Line::take(Reply reply, std::vector<BrokerMessage>& messages)
{
    auto* parts = reply.value.get<Array>();
    const auto* kind = parts == nullptr || parts->empty() ? nullptr : parts->front().get<std::string>();
    if (kind != nullptr && *kind == "pmessage" && parts->size() == 4)
        messages.emplace_back(text_of((*parts)[1]), text_of((*parts)[2]), text_of((*parts)[3]));
    else
        answered(reply.error);
}

void Subscription::Line::answered(const std::optional<std::string>& error)
{
    if (asked_.empty())
        return;
    const Asked asked = std::move(asked_.front());
    asked_.pop_front();
    if (asked.wish != Wish::hear)
        return;
    if (!error) {
        refused_.erase(asked.pattern);
        return;
    }
    refused_.insert_or_assign(asked.pattern, refusal(*error).message);
    heard_.erase(asked.pattern);
}

Subscription::Subscription(std::shared_ptr<Line> line) : line_{std::move(line)} {}

Subscription::~Subscription()
{
    line_->close();
}

asio::awaitable<Result<std::unique_ptr<BrokerSubscription>>> Subscription::open(asio::any_io_executor executor,
                                                                                http::Connector& connector,
                                                                                Clock& clock, Config config,
                                                                                std::vector<std::string> patterns)
{
    const Duration patience = config.timeout;
    auto connection = co_await Connection::open(connector, clock, std::move(config));
    if (connection.has_error())
        co_return connection.error();
    auto line = std::make_shared<Line>(std::move(executor), clock, std::move(*connection), patience);
    auto subscription = std::unique_ptr<Subscription>{new Subscription{line}};
    line->hear(patterns);
    std::vector<BrokerMessage> early;
    while (!line->has_answered()) {
        const auto taken = co_await line->take_some(early);
        if (taken.has_error())
            co_return taken.error();
    }
    subscription->early_ = std::move(early);
    co_return std::move(subscription);
}

asio::awaitable<Result<std::vector<BrokerMessage>>> Subscription::next()
{
    std::vector<BrokerMessage> messages = std::exchange(early_, {});
    if (!messages.empty())
        co_return messages;
    const auto taken = co_await line_->take_some(messages);
    if (taken.has_error())
        co_return taken.error();
    co_return messages;
}

void Subscription::hear(std::vector<std::string> patterns)
{
    line_->hear(patterns);
}

const std::map<std::string, std::string>& Subscription::refused() const
{
    return line_->refused();
}

} // namespace forager::redis
