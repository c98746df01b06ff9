#include "sources/broker/reply_loop.hpp"

#include "base/text.hpp"
#include "sources/broker/reply_text.hpp"

#include <chrono>
#include <utility>
#include <vector>

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

void ReplyLoop::refuse(ReplyTo to, Failure why)
{
    if (refused_.size() >= config_.refusals) {
        if (dropped_++ == 0)
            parts_.tell("replies to refused requests are dropped: " + std::to_string(config_.refusals) +
                        " wait for the broker " + std::string{parts_.broker.name()} + " already");
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
        const Sent sent = co_await send(to, std::move(text));
        if (sent == Sent::not_yet)
            co_return false;
        refused_.pop_front();
    }
    dropped_ = 0;
    co_return true;
}

asio::awaitable<bool> ReplyLoop::tell_outcomes()
{
    auto due = co_await parts_.replies.due(std::string{parts_.broker.name()}, config_.at_once);
    if (!due)
        co_return false;
    more_ = due->size() == config_.at_once;
    std::vector<std::string> heard;
    std::string note;
    bool all = true;
    for (DueReply& reply : *due) {
        auto text = reply_text(reply.to.id, reply.outcome);
        const Sent sent = text ? co_await send(reply.to, std::move(*text)) : Sent::yes;
        all = sent != Sent::not_yet;
        if (!all)
            break;
        heard.push_back(std::move(reply.id));
        if (sent == Sent::yes)
            continue;
        note = "its reply could not be published: " + trouble_; // stands in the records of this batch's end
        break;
    }
    more_ = more_ || !note.empty();
    if (!note.empty()) {
        std::vector<std::string> lost{std::move(heard.back())};
        heard.pop_back();
        if (const auto kept = co_await parts_.replies.told(std::move(lost), note); !kept)
            co_return false;
    }
    if (heard.empty())
        co_return all;
    const auto kept = co_await parts_.replies.told(std::move(heard), "");
    co_return all && kept;
}

asio::awaitable<ReplyLoop::Sent> ReplyLoop::send(ReplyTo to, std::string text)
{
    const auto published = co_await parts_.broker.publish(to.channel, std::move(text));
    if (!published)
        co_return judge(to, published.error());
    ++told_;
    tries_ = 0;
    trouble_.clear();
    co_return Sent::yes;
}

// A broker that begins refuses for a while; what it refuses for good must not hold up the others.
ReplyLoop::Sent ReplyLoop::judge(const ReplyTo& to, const Failure& failure)
{
    if (std::exchange(trouble_, failure.message) != failure.message)
        parts_.tell("a reply on '" + printable(to.channel) + "' waits: " + failure.message);
    const bool may_help = failure.code == Errc::unreachable || failure.code == Errc::timed_out;
    if (may_help || (failure.code == Errc::refused && ++tries_ < config_.most_refused))
        return Sent::not_yet;
    tries_ = 0;
    parts_.tell("a reply on '" + printable(to.channel) + "' is given up: " + failure.message);
    return Sent::never;
}

} // namespace forager
