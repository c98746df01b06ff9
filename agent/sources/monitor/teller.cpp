#include "sources/monitor/teller.hpp"

#include "sources/monitor/monitor_event.hpp"

#include <utility>

namespace forager::monitoring {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_at_once = 256;

// A function that is not there may come with the next script; what else is pointless to try stays so.
bool is_final(const Failure& failure)
{
    return !failure.retry && failure.code != Errc::not_found;
}

} // namespace

Teller::Teller(Parts parts, Spawn spawn) : parts_{std::move(parts)}, lanes_{most_at_once, std::move(spawn)} {}

void Teller::deliver(Watched& watched)
{
    if (std::exchange(watched.delivers, true))
        return;
    watched.retry_at.reset();
    lanes_.add([this, shared = watched.shared_from_this()] { return put(shared); });
}

asio::awaitable<void> Teller::put(SharedWatched watched)
{
    if (watched->dropped)
        co_return;
    const auto done = co_await put_pending(watched);
    watched->delivers = false;
    if (!done)
        wait(*watched, done.error());
    else
        settle(*watched);
}

asio::awaitable<Result<void>> Teller::put_pending(SharedWatched watched)
{
    const auto noted = co_await parts_.records.note(watched->monitor->name, watched->container, watched->told);
    if (!noted || watched->dropped)
        co_return noted;
    Submission submission = submission_of(*watched);
    const auto accepted = co_await parts_.queue.put(std::move(submission));
    if (accepted)
        co_return Result<void>{};
    if (!is_final(accepted.error()))
        co_return accepted.error();
    parts_.tell("monitor '" + watched->monitor->name + "': its event is given up: " + accepted.error().message);
    co_return Result<void>{};
}

void Teller::settle(Watched& watched)
{
    if (watched.dropped)
        return;
    if (!watched.trouble.empty())
        parts_.tell("monitor '" + watched.monitor->name + "': goes on");
    watched.trouble.clear();
    watched.backoff.reset();
    watched.told.pending.reset();
    ++watched.told.events;
    watched.told.last = parts_.clock.wall();
    parts_.records.note_soon(watched.monitor->name, watched.container, watched.told);
    parts_.told(watched);
}

void Teller::wait(Watched& watched, const Failure& failure)
{
    if (watched.trouble != failure.message)
        parts_.tell("monitor '" + watched.monitor->name + "': its event waits: " + failure.message);
    watched.trouble = failure.message;
    watched.retry_at = parts_.clock.now() + watched.backoff.next(parts_.random.next());
    parts_.waits(watched);
}

} // namespace forager::monitoring
