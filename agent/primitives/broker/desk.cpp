#include "primitives/broker/desk.hpp"

#include "io/event.hpp"
#include "ports/within.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <map>
#include <optional>
#include <utility>

namespace forager {

namespace asio = boost::asio;

/// Hears the channels of replies from the first request on, and hands each reply to whoever waits for it.
class BrokerDesk::Replies final : public std::enable_shared_from_this<Replies> {
public:
    Replies(const asio::any_io_executor& executor, std::shared_ptr<Broker> broker, std::string pattern)
        : executor_{executor}, broker_{std::move(broker)}, pattern_{std::move(pattern)}, changed_{executor}
    {
    }

    struct Expected {
        explicit Expected(const asio::any_io_executor& executor) : told{executor} {}
        std::optional<Result<std::string>> reply;
        Event told;
    };

    /// Returns when a reply cannot be missed.
    asio::awaitable<Result<void>> opened();

    std::shared_ptr<Expected> expect(const std::string& channel);
    void forget(const std::string& channel) { expected_.erase(channel); }
    static asio::awaitable<Result<std::string>> wait(std::shared_ptr<Expected> expected);

    void close();

private:
    asio::awaitable<void> hear();
    void ended(Failure why);
    void deliver(BrokerMessage message);

    asio::any_io_executor executor_;
    std::shared_ptr<Broker> broker_;
    std::string pattern_;
    std::map<std::string, std::shared_ptr<Expected>> expected_;
    Event changed_;
    bool running_ = false;
    bool hears_ = false;
    Failure why_not_;
    asio::cancellation_signal stop_;
};

// What is emitted outside of the loop arrives later, and finds this object there.
void BrokerDesk::Replies::close()
{
    asio::post(executor_, [self = shared_from_this()] { self->stop_.emit(asio::cancellation_type::terminal); });
}

asio::awaitable<Result<void>> BrokerDesk::Replies::opened()
{
    if (!std::exchange(running_, true)) {
        const auto keeps = [self = shared_from_this()](const std::exception_ptr& thrown) {
            if (thrown)
                self->ended({Errc::unreachable, "the broker was let go"});
        };
        asio::co_spawn(executor_, hear(), asio::bind_cancellation_slot(stop_.slot(), keeps));
    }
    while (running_ && !hears_) {
        changed_.clear();
        co_await changed_.wait();
    }
    if (!hears_)
        co_return why_not_;
    co_return Result<void>{};
}

asio::awaitable<void> BrokerDesk::Replies::hear()
{
    std::vector<std::string> patterns{pattern_};
    auto subscription = co_await broker_->subscribe(std::move(patterns));
    if (subscription.has_error())
        co_return ended(subscription.error());
    if (const auto& refused = (*subscription)->refused(); !refused.empty())
        co_return ended({Errc::refused, "replies cannot be heard: " + refused.begin()->second});
    hears_ = true;
    changed_.set();
    for (;;) {
        auto messages = co_await (*subscription)->next();
        if (messages.has_error())
            co_return ended(messages.error());
        for (BrokerMessage& message : *messages)
            deliver(std::move(message));
    }
}

void BrokerDesk::Replies::ended(Failure why)
{
    if (!running_)
        return;
    running_ = hears_ = false;
    why_not_ = std::move(why);
    changed_.set();
    for (const auto& [channel, expected] : std::exchange(expected_, {})) {
        expected->reply = why_not_;
        expected->told.set();
    }
}

void BrokerDesk::Replies::deliver(BrokerMessage message)
{
    const auto expected = expected_.find(message.channel);
    if (expected == expected_.end()) // it is late, or the second one
        return;
    expected->second->reply = std::move(message.payload);
    expected->second->told.set();
    expected_.erase(expected);
}

std::shared_ptr<BrokerDesk::Replies::Expected> BrokerDesk::Replies::expect(const std::string& channel)
{
    return expected_.emplace(channel, std::make_shared<Expected>(executor_)).first->second;
}

asio::awaitable<Result<std::string>> BrokerDesk::Replies::wait(std::shared_ptr<Expected> expected)
{
    while (!expected->reply)
        co_await expected->told.wait();
    co_return std::move(*expected->reply);
}

BrokerDesk::BrokerDesk(const asio::any_io_executor& executor, Clock& clock, std::shared_ptr<Broker> broker,
                       std::string_view id)
    : clock_{clock},
      broker_{std::move(broker)},
      own_{broker_->own_channels(id)},
      replies_{std::make_shared<Replies>(executor, broker_, own_.pattern)}
{
}

BrokerDesk::~BrokerDesk()
{
    replies_->close();
}

std::string BrokerDesk::fresh_channel()
{
    return own_.prefix + std::to_string(++last_channel_);
}

asio::awaitable<Result<std::string>> BrokerDesk::request(std::string channel, std::string payload,
                                                         std::string reply_channel, TimePoint deadline)
{
    const std::string late = "nobody answered what was published on '" + channel + "' in time";
    const auto opened = co_await within(clock_, deadline, replies_->opened(), late);
    if (opened.has_error())
        co_return opened.error();
    struct Forget {
        Replies& replies;
        const std::string& channel;
        ~Forget() { replies.forget(channel); }
    };
    const auto expected = replies_->expect(reply_channel);
    const Forget at_the_end{*replies_, reply_channel};
    const auto sent = co_await broker_->publish(std::move(channel), std::move(payload));
    if (sent.has_error())
        co_return sent.error();
    auto reply = co_await within(clock_, deadline, Replies::wait(expected), late);
    co_return reply;
}

} // namespace forager
