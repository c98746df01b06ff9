#include "sources/delivery/event_delivery.hpp"

#include "core/retry.hpp"

namespace forager {

namespace asio = boost::asio;

namespace {

bool is_final(const Failure& failure)
{
    return !failure.retry && failure.code != Errc::not_found;
}

} // namespace

bool EventDelivery::has_room(std::size_t taken, std::size_t most, std::string_view event)
{
    if (taken < most) {
        if (lost_ > 0)
            parts_.tell(std::to_string(std::exchange(lost_, 0)) + " events " + parts_.of + " were lost");
        return true;
    }
    if (lost_++ == 0)
        parts_.tell("more than " + std::to_string(most) + " events of '" + std::string{event} +
                    "' wait: more are lost until there is room");
    return false;
}

void EventDelivery::call(Invocation invocation)
{
    if (has_room(calls_, most_calls, invocation.label))
        parts_.spawn(calling(std::move(invocation), std::make_shared<Counted>(calls_)));
}

bool EventDelivery::put(Submission submission, std::function<asio::awaitable<void>()> settled)
{
    if (!has_room(waiting_, most_waiting, submission.invocation.label))
        return false;
    parts_.spawn(putting(std::move(submission), std::make_shared<Counted>(waiting_), std::move(settled)));
    return true;
}

asio::awaitable<void> EventDelivery::calling(Invocation invocation, std::shared_ptr<Counted>)
{
    auto called = parts_.call(std::move(invocation));
    co_await std::move(called);
}

asio::awaitable<void> EventDelivery::putting(Submission submission, std::shared_ptr<Counted>,
                                             std::function<asio::awaitable<void>()> settled)
{
    Backoff backoff;
    std::string trouble;
    for (;;) {
        const auto accepted = co_await parts_.queue.put(submission);
        if (accepted)
            break;
        const std::string& words = accepted.error().message;
        if (is_final(accepted.error())) {
            parts_.tell("an event " + parts_.of + " is given up: " + words);
            break;
        }
        if (std::exchange(trouble, words) != words)
            parts_.tell("an event " + parts_.of + " waits: " + words);
        co_await sleep_for(parts_.clock, backoff.next(parts_.random.next()));
    }
    if (!settled)
        co_return;
    auto rest = settled();
    co_await std::move(rest);
}

} // namespace forager
