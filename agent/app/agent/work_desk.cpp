#include "app/agent/work_desk.hpp"

#include <algorithm>
#include <vector>

namespace forager {

namespace asio = boost::asio;

asio::awaitable<Result<Accepted>> WorkDesk::submit(Submission submission)
{
    return parts_.queue.put(std::move(submission));
}

asio::awaitable<Result<std::optional<Record>>> WorkDesk::find(std::string id)
{
    return parts_.store.records().find(std::move(id));
}

asio::awaitable<Result<bool>> WorkDesk::cancel(std::string id)
{
    return parts_.queue.cancel(std::move(id));
}

asio::awaitable<Result<void>> WorkDesk::signal(std::string id, std::string event, Value value)
{
    const auto record = co_await find(id);
    if (!record)
        co_return record.error();
    if (!*record)
        co_return Failure{Errc::not_found, "there is no invocation " + id + ": 'forager ps --all' lists what is kept"};
    // Something durable that it has called may wait for it.
    const std::vector<std::string> asleep = parts_.scheduler.asleep();
    const std::string& function = (*record)->function;
    const bool hears = parts_.hears_signals(function) || std::ranges::find(asleep, id) != asleep.end();
    if (!(*record)->ended && !hears)
        co_return Failure{Errc::refused, id + " hears no signals: " + function + " is not durable"};
    Result<void> kept = co_await parts_.store.records().signal(id, std::move(event), std::move(value));
    if (kept)
        parts_.signals.sent(id);
    co_return kept;
}

} // namespace forager
