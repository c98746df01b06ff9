#include "sources/reconcile/key_loop.hpp"

#include "ports/cancellation.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace forager::reconciling {

namespace asio = boost::asio;

KeyLoop::KeyLoop(Parts parts) : parts_{std::move(parts)}, nap_{parts_.executor, parts_.clock} {}

void KeyLoop::touch(const reconcile::Key& key, bool now)
{
    const auto [place, fresh] = entries_.try_emplace(key, Entry{Backoff{parts_.shortest_pause, parts_.longest_pause}});
    Entry& entry = place->second;
    entry.forgotten = false;
    if (now)
        entry.not_before = {};
    if (entry.runs) {
        entry.again = true;
        return;
    }
    entry.due = std::max(parts_.clock.now(), entry.not_before);
    nap_.wake();
}

void KeyLoop::forget(const reconcile::Key& key)
{
    const auto found = entries_.find(key);
    if (found == entries_.end())
        return;
    if (found->second.runs)
        found->second.forgotten = true;
    else
        entries_.erase(found);
}

asio::awaitable<void> KeyLoop::run()
{
    for (;;) {
        TimePoint next = TimePoint::max();
        for (auto& [key, entry] : entries_) {
            if (entry.runs || !entry.due)
                continue;
            if (*entry.due > parts_.clock.now())
                next = std::min(next, *entry.due);
            else if (running_ < parts_.at_once)
                begin(key, entry);
        }
        co_await nap_.until(next);
    }
}

void KeyLoop::begin(const reconcile::Key& key, Entry& entry)
{
    entry.runs = true;
    entry.due.reset();
    entry.again = false;
    ++running_;
    parts_.spawn(take_turn(key));
}

asio::awaitable<void> KeyLoop::take_turn(reconcile::Key key)
{
    std::exception_ptr thrown;
    Result<std::optional<Duration>> outcome = std::optional<Duration>{};
    try {
        outcome = co_await parts_.turn(key);
    } catch (...) {
        thrown = std::current_exception();
    }
    settle(key, outcome);
    if (thrown)
        std::rethrow_exception(thrown);
}

void KeyLoop::settle(const reconcile::Key& key, const Result<std::optional<Duration>>& outcome)
{
    --running_;
    nap_.wake();
    const auto found = entries_.find(key);
    if (found == entries_.end())
        return;
    Entry& entry = found->second;
    entry.runs = false;
    if (entry.forgotten) {
        entries_.erase(found);
        return;
    }
    const TimePoint now = parts_.clock.now();
    if (outcome.has_error()) {
        entry.not_before = now + parts_.shortest_pause / 2 + entry.backoff.next(parts_.random.next());
        entry.due = entry.not_before;
        return;
    }
    entry.backoff.reset();
    entry.not_before = {};
    if (entry.again)
        entry.due = now;
    else if (*outcome)
        entry.due = now + **outcome;
}

} // namespace forager::reconciling
