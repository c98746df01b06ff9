#include "sources/broker/broker_source.hpp"

#include "base/duration.hpp"

#include <set>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

// Who comes back is heard again after at most the longer one.
constexpr Duration shortest_pause = std::chrono::milliseconds{100};
constexpr Duration longest_pause = std::chrono::milliseconds{1000};

} // namespace

BrokerSource::BrokerSource(const asio::any_io_executor& executor, Parts parts)
    : parts_{std::move(parts)}, nap_{executor, parts_.clock}, backoff_{shortest_pause, longest_pause}
{
}

BrokerSource::~BrokerSource() = default;

void BrokerSource::set(std::vector<Hearing> hearings)
{
    hearings_.clear();
    for (Hearing& hearing : hearings) {
        auto shared = std::make_shared<const Hearing>(std::move(hearing));
        hearings_.emplace(shared->pattern, shared);
    }
    if (subscription_)
        subscription_->hear(patterns());
    nap_.wake();
}

std::vector<std::string> BrokerSource::patterns() const
{
    std::set<std::string> distinct;
    for (const auto& [pattern, hearing] : hearings_)
        distinct.insert(pattern);
    return {distinct.begin(), distinct.end()};
}

asio::awaitable<void> BrokerSource::run()
{
    subscription_.reset(); // of an earlier run
    for (;;) {
        while (hearings_.empty())
            co_await nap_.until(TimePoint::max());
        const Failure failure = co_await live();
        subscription_.reset();
        went_away(failure);
        const TimePoint again = parts_.clock.now() + backoff_.next(parts_.random.next());
        while (parts_.clock.now() < again)
            co_await nap_.until(again);
    }
}

// Why it is not heard any more.
asio::awaitable<Failure> BrokerSource::live()
{
    const auto broker = parts_.broker();
    if (broker.has_error())
        co_return broker.error();
    auto subscribed = co_await (*broker)->subscribe(patterns());
    if (subscribed.has_error())
        co_return subscribed.error();
    subscription_ = std::move(*subscribed);
    subscription_->hear(patterns()); // they may have changed meanwhile
    came_back();
    for (;;) {
        tell_of_refusals();
        auto messages = co_await subscription_->next();
        if (messages.has_error())
            co_return messages.error();
        messages_ += messages->size();
        co_await hand_out(std::move(*messages));
    }
}

// Those that follow one another on one pattern together: all keep their order, whatever they are on.
asio::awaitable<void> BrokerSource::hand_out(std::vector<BrokerMessage> messages)
{
    auto next = messages.begin();
    while (next != messages.end()) {
        const std::string pattern = next->pattern;
        std::vector<BrokerMessage> its;
        for (; next != messages.end() && next->pattern == pattern; ++next)
            its.push_back(std::move(*next));
        std::vector<std::shared_ptr<const Hearing>> hearers;
        for (auto [one, end] = hearings_.equal_range(pattern); one != end; ++one)
            hearers.push_back(one->second);
        if (hearers.empty())
            continue;
        const auto last = std::move(hearers.back());
        hearers.pop_back();
        for (const auto& hearer : hearers)
            co_await hearer->deliver(its);
        co_await last->deliver(std::move(its));
    }
}

void BrokerSource::came_back()
{
    backoff_.reset();
    const std::string after =
        trouble_.empty() ? ""
                         : ", after " + to_text(parts_.clock.now() - away_since_) + " in which messages were missed";
    trouble_.clear();
    told_.clear();
    parts_.state("");
    tell_of_refusals();
    const std::string but = told_.empty() ? "" : ", but for " + std::to_string(told_.size());
    if (told_.size() < patterns().size())
        parts_.info(parts_.name + ": channels are heard" + but + after);
}

void BrokerSource::went_away(const Failure& failure)
{
    if (trouble_.empty()) {
        away_since_ = parts_.clock.now();
        parts_.warn(parts_.name + ": channels are not heard, and messages are missed: " + failure.message);
    }
    trouble_ = failure.message;
    parts_.state(trouble_);
}

void BrokerSource::tell_of_refusals()
{
    if (subscription_->refused() == told_)
        return;
    for (const auto& [pattern, words] : subscription_->refused())
        if (!told_.contains(pattern))
            parts_.warn(parts_.name + ": '" + pattern + "' is not heard: " + words);
    told_ = subscription_->refused();
    parts_.state(told_.empty() ? "" : "'" + told_.begin()->first + "' is not heard: " + told_.begin()->second);
}

} // namespace forager
