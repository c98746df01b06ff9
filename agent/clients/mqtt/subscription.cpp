#include "clients/mqtt/subscription.hpp"

#include "base/duration.hpp"
#include "clients/mqtt/filter.hpp"
#include "ports/within.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

namespace forager::mqtt {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds silence{15};
constexpr std::size_t most_at_once = 1000; // others get their turn between

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

    /// Waits for the next packet, and takes what has come with it.
    asio::awaitable<Result<void>> take_some(std::vector<BrokerMessage>& messages);

private:
    void fire() override { say(ping_packet()); }
    void say(const std::string& packet);
    std::uint16_t fresh_number();
    void subscribe(const std::string& pattern);
    asio::awaitable<void> write();
    Result<void> take(const Packet& packet, std::vector<BrokerMessage>& messages);
    void take_message(Arrival arrival, std::vector<BrokerMessage>& messages);
    void answered(const Answer& answer);
    std::vector<std::string> fitting(const Arrival& arrival) const;

    asio::any_io_executor executor_;
    Clock& clock_;
    Connection connection_;
    Duration patience_;
    std::map<std::string, std::uint32_t> heard_; // patterns with their identifiers
    std::uint32_t last_identifier_ = 0;
    std::map<std::string, std::string> refused_;
    std::map<std::uint16_t, std::string> asked_; // patterns that are not answered yet; empty: one that is left
    std::uint16_t last_number_ = 0;
    std::string outgoing_;
    bool writing_ = false;
    bool closed_ = false;
    asio::cancellation_signal stop_writing_;
};

void Subscription::Line::hear(const std::vector<std::string>& patterns)
{
    const std::set<std::string> wanted{patterns.begin(), patterns.end()};
    std::erase_if(refused_, [&](const auto& one) { return !wanted.contains(one.first); });
    for (const std::string& pattern : wanted)
        if (!heard_.contains(pattern))
            subscribe(pattern);
    std::vector<std::string> unwanted;
    for (const auto& [pattern, identifier] : heard_)
        if (!wanted.contains(pattern))
            unwanted.push_back(pattern);
    for (const std::string& pattern : unwanted) {
        const std::uint16_t number = fresh_number();
        asked_.emplace(number, "");
        say(unsubscribe_packet(number, pattern));
        heard_.erase(pattern);
    }
}

void Subscription::Line::subscribe(const std::string& pattern)
{
    if (const auto fine = check_filter(pattern); fine.has_error()) {
        refused_.insert_or_assign(pattern, fine.error().message);
        return;
    }
    const std::uint16_t number = fresh_number();
    asked_.emplace(number, pattern);
    heard_.emplace(pattern, ++last_identifier_);
    say(subscribe_packet(number, pattern, last_identifier_));
}

std::uint16_t Subscription::Line::fresh_number()
{
    do
        ++last_number_;
    while (last_number_ == 0 || asked_.contains(last_number_));
    return last_number_;
}

void Subscription::Line::say(const std::string& packet)
{
    outgoing_ += packet;
    if (closed_ || std::exchange(writing_, true))
        return;
    const auto keeps = [self = shared_from_this()](const std::exception_ptr&) { self->writing_ = false; };
    asio::co_spawn(executor_, write(), asio::bind_cancellation_slot(stop_writing_.slot(), keeps));
}

asio::awaitable<void> Subscription::Line::write()
{
    while (!outgoing_.empty() && !closed_) {
        const auto sent = co_await connection_.send(std::exchange(outgoing_, {}));
        closed_ = closed_ || sent.has_error(); // who reads hears why
    }
}

void Subscription::Line::close()
{
    closed_ = true;
    clock_.disarm(*this);
    if (writing_) // what is emitted outside of the loop arrives later, and finds this object there
        asio::post(executor_,
                   [self = shared_from_this()] { self->stop_writing_.emit(asio::cancellation_type::terminal); });
}

asio::awaitable<Result<void>> Subscription::Line::take_some(std::vector<BrokerMessage>& messages)
{
    clock_.arm(*this, clock_.now() + silence);
    const std::string late =
        "the MQTT broker at " + connection_.peer() + " has said nothing for " + to_text(silence + patience_);
    auto packet = co_await within(clock_, clock_.now() + silence + patience_, connection_.receive(), late);
    clock_.disarm(*this);
    if (packet.has_error())
        co_return packet.error();
    auto taken = take(*packet, messages);
    while (!taken.has_error() && messages.size() < most_at_once) {
        auto more = connection_.received();
        if (more.has_error() || !*more)
            break; // a failure is told by the next call
        taken = take(**more, messages);
    }
    co_return taken;
}

Result<void> Subscription::Line::take(const Packet& packet, std::vector<BrokerMessage>& messages)
{
    if (packet.kind == Kind::publish) {
        auto arrival = arrival_in(packet);
        if (arrival.has_error())
            return arrival.error();
        take_message(std::move(*arrival), messages);
        return {};
    }
    if (packet.kind == Kind::pingresp)
        return {};
    const auto answer = answer_in(packet);
    if (answer.has_error())
        return answer.error();
    if (packet.kind == Kind::disconnect)
        return Failure{Errc::unreachable, "the MQTT broker has ended the connection: " + answer->reason};
    answered(*answer);
    return {};
}

void Subscription::Line::take_message(Arrival arrival, std::vector<BrokerMessage>& messages)
{
    for (const std::string& pattern : fitting(arrival))
        messages.emplace_back(pattern, arrival.topic, arrival.payload);
    if (arrival.number != 0)
        say(puback_packet(arrival.number));
}

// A broker that knows of no identifiers sends it once, or once for each: then the first that fits is as good as any.
std::vector<std::string> Subscription::Line::fitting(const Arrival& arrival) const
{
    std::vector<std::string> patterns;
    for (const auto& [pattern, identifier] : heard_) {
        const bool named = std::ranges::find(arrival.identifiers, identifier) != arrival.identifiers.end();
        if (named || (arrival.identifiers.empty() && patterns.empty() && matches(pattern, arrival.topic)))
            patterns.push_back(pattern);
    }
    return patterns;
}

void Subscription::Line::answered(const Answer& answer)
{
    const auto asked = asked_.find(answer.number);
    if (asked == asked_.end())
        return;
    const std::string pattern = asked->second;
    asked_.erase(asked);
    if (pattern.empty())
        return;
    if (!answer.is_refusal()) {
        refused_.erase(pattern);
        return;
    }
    refused_.insert_or_assign(pattern, refusal(answer).message);
    heard_.erase(pattern);
}

Subscription::Subscription(std::shared_ptr<Line> line) : line_{std::move(line)} {}

Subscription::~Subscription()
{
    line_->close();
}

asio::awaitable<Result<std::unique_ptr<BrokerSubscription>>>
Subscription::open(asio::any_io_executor executor, http::Connector& connector, Clock& clock, Config config,
                   std::string client_id, std::vector<std::string> patterns)
{
    const Duration patience = config.timeout;
    const auto keep_alive = std::chrono::ceil<std::chrono::seconds>(silence + patience);
    auto connection = co_await Connection::open(connector, clock, std::move(config), std::move(client_id), keep_alive);
    if (connection.has_error())
        co_return connection.error();
    auto line = std::make_shared<Line>(std::move(executor), clock, std::move(*connection), patience);
    auto subscription = std::unique_ptr<Subscription>{new Subscription{line}};
    line->hear(patterns);
    while (!line->has_answered()) {
        const auto taken = co_await line->take_some(subscription->early_);
        if (taken.has_error())
            co_return taken.error();
    }
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

} // namespace forager::mqtt
