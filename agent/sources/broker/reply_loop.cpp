#include "sources/broker/reply_loop.hpp"

#include "base/text.hpp"
#include "sources/broker/reply_text.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace forager {

namespace asio = boost::asio;
using namespace std::chrono_literals;

ReplyLoop::ReplyLoop(const asio::any_io_executor& executor, Parts parts, Config config)
    : parts_{std::move(parts)}, config_{config}, changed_{executor}, backoff_{100ms, 2s}
{
}

asio::awaitable<void> ReplyLoop::run()
{
    for (;;) {
        changed_.clear();
        bool told = co_await tell_refusals();
        if (told)
            told = co_await tell_outcomes();
        if (told)
            backoff_.reset();
        else
            co_await sleep_for(parts_.clock, backoff_.next(parts_.random.next()));
        if (told && !more_)
            co_await changed_.wait();
    }
}

asio::awaitable<void> ReplyLoop::tell_rest()
{
    bool told = co_await tell_refusals();
    while (told) {
        told = co_await tell_outcomes();
        told = told && more_;
    }
}

void ReplyLoop::refuse(ReplyTo to, Failure why)
{
    if (refused_.size() >= config_.refusals) {
        ++lost_;
        if (dropped_++ == 0)
            parts_.warn("replies to refused requests are dropped: " + std::to_string(config_.refusals) +
                        " wait for the broker " + parts_.name + " already");
        return;
    }
    refused_.emplace_back(std::move(to), std::move(why));
    changed_.set();
}

// False: not yet.
asio::awaitable<bool> ReplyLoop::tell_refusals()
{
    while (!refused_.empty()) {
        const auto& [to, why] = refused_.front();
        std::string text = reply_text(to.id, Outcome{why}).value();
        const bool told = co_await send(to, std::move(text));
        if (!told)
            co_return false;
        refused_.pop_front();
    }
    dropped_ = 0;
    co_return true;
}

asio::awaitable<bool> ReplyLoop::tell_outcomes()
{
    auto due = co_await parts_.replies.due(parts_.name, config_.at_once);
    if (!due)
        co_return false;
    more_ = due->size() == config_.at_once;
    const bool told = co_await tell_these(std::move(*due));
    co_return told;
}

// What was published is marked also when this is cancelled: it must not be published again.
asio::awaitable<bool> ReplyLoop::tell_these(std::vector<DueReply> due)
{
    std::vector<std::string> told;
    bool all = true;
    std::exception_ptr thrown;
    try {
        for (auto reply = due.begin(); all && reply != due.end(); ++reply) {
            auto text = reply_text(reply->to.id, reply->outcome);
            if (text)
                all = co_await send(reply->to, std::move(*text));
            if (all)
                told.push_back(std::move(reply->id));
        }
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown)
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    if (!told.empty()) {
        const bool kept = co_await mark(std::move(told));
        all = all && kept;
    }
    if (thrown)
        std::rethrow_exception(thrown);
    co_return all;
}

asio::awaitable<bool> ReplyLoop::mark(std::vector<std::string> told)
{
    const auto kept = co_await parts_.replies.told(std::move(told), "");
    co_return kept.has_value();
}

asio::awaitable<Result<void>> ReplyLoop::publish(std::string channel, std::string text)
{
    const auto broker = parts_.broker();
    if (!broker)
        co_return Failure{Errc::unreachable, broker.error().message};
    auto published = co_await (*broker)->publish(std::move(channel), std::move(text));
    co_return published;
}

// False: not yet. Who will never hear it counts as told.
asio::awaitable<bool> ReplyLoop::send(ReplyTo to, std::string text)
{
    const auto published = co_await publish(to.channel, std::move(text));
    if (!published)
        co_return is_given_up(to, published.error());
    ++told_;
    tries_ = 0;
    trouble_.clear();
    co_return true;
}

// A broker that begins refuses for a while; what it refuses for good must not hold up the others.
bool ReplyLoop::is_given_up(const ReplyTo& to, const Failure& failure)
{
    const std::string where = "a reply on '" + printable(to.channel) + "' of " + parts_.name;
    if (std::exchange(trouble_, failure.message) != failure.message)
        parts_.warn(where + " waits: " + failure.message);
    const bool may_help = failure.code == Errc::unreachable || failure.code == Errc::timed_out;
    if (may_help || (failure.code == Errc::refused && ++tries_ < config_.most_refused))
        return false;
    tries_ = 0;
    parts_.warn(where + " is given up: " + failure.message);
    return true;
}

} // namespace forager
