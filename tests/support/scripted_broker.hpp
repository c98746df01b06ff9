// A broker for tests, that says what a test lets it say and writes down what it is told.
#pragma once

#include "io/event.hpp"
#include "ports/broker.hpp"
#include "ports/cancellation.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace forager::test {

/// What a subscription shares with its test.
struct ScriptedChannel {
    explicit ScriptedChannel(const boost::asio::any_io_executor& executor) : said{executor} {}
    Event said;
    std::vector<BrokerMessage> messages;
    std::optional<Failure> end;
    std::vector<std::string> patterns;
    std::map<std::string, std::string> refused;
};

class ScriptedSubscription final : public BrokerSubscription {
public:
    explicit ScriptedSubscription(std::shared_ptr<ScriptedChannel> channel) : channel_{std::move(channel)} {}

    boost::asio::awaitable<Result<std::vector<BrokerMessage>>> next() override
    {
        const auto channel = channel_;
        co_await channel->said.wait();
        if (!channel->said.happened())
            throw_cancelled();
        channel->said.clear();
        if (channel->end)
            co_return *channel->end;
        co_return std::exchange(channel->messages, {});
    }

    void hear(std::vector<std::string> patterns) override { channel_->patterns = std::move(patterns); }
    const std::map<std::string, std::string>& refused() const override { return channel_->refused; }

private:
    std::shared_ptr<ScriptedChannel> channel_;
};

class ScriptedBroker final : public Broker {
public:
    explicit ScriptedBroker(boost::asio::any_io_executor executor) : executor_{std::move(executor)} {}

    std::string_view name() const override { return "redis"; }

    boost::asio::awaitable<Result<void>> publish(std::string channel, std::string payload) override
    {
        published.emplace_back("", std::move(channel), std::move(payload));
        if (away)
            co_return *away;
        if (answer)
            answer(published.back());
        co_return Result<void>{};
    }

    boost::asio::awaitable<Result<std::unique_ptr<BrokerSubscription>>>
    subscribe(std::vector<std::string> patterns) override
    {
        ++subscriptions;
        if (away)
            co_return *away;
        line = std::make_shared<ScriptedChannel>(executor_);
        line->patterns = std::move(patterns);
        line->refused = refused;
        co_return std::make_unique<ScriptedSubscription>(line);
    }

    OwnChannels own_channels(std::string_view id) const override
    {
        return {"reply." + std::string{id} + ".", "reply." + std::string{id} + ".*"};
    }

    /// To whoever subscribed last.
    void say(const std::string& pattern, const std::string& channel, const std::string& payload) const
    {
        line->messages.emplace_back(pattern, channel, payload);
        line->said.set();
    }

    /// The broker is gone.
    void leave(Failure why)
    {
        away = why;
        line->end = std::move(why);
        line->said.set();
    }

    std::optional<Failure> away;
    std::map<std::string, std::string> refused;
    std::function<void(const BrokerMessage& message)> answer; ///< hears what is published
    std::vector<BrokerMessage> published;
    std::shared_ptr<ScriptedChannel> line; ///< the last subscription's
    int subscriptions = 0;

private:
    boost::asio::any_io_executor executor_;
};

} // namespace forager::test
