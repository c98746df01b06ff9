#include "sources/queue/queue_source.hpp"

#include "base/counted.hpp"
#include "base/text.hpp"
#include "core/retry.hpp"
#include "io/formats/json.hpp"
#include "ports/within.hpp"

#include <boost/asio/this_coro.hpp>

#include <optional>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr Duration longest_trust = std::chrono::seconds{60}; // in a calendar's clock that somebody may set
constexpr std::size_t batch = 64;
constexpr const char* cut_off = "the agent was stopped while it ran: it is done again";

Failure given_up(std::size_t starts)
{
    Failure failure{Errc::limit, "the agent died " + std::to_string(starts - 1) +
                                     " times while this ran, and does not begin it again: 'forager retry' does"};
    failure.retry = false;
    return failure;
}

Failure cancelled_early()
{
    return {Errc::cancelled, "it was cancelled before it began"};
}

asio::awaitable<Result<Accepted>> refused(Failure failure)
{
    co_return failure;
}

// It was not asked to end by anybody but the agent's own stop.
bool is_cut_off(const Outcome& outcome)
{
    return !outcome && outcome.error().code == Errc::cancelled;
}

} // namespace

QueueSource::QueueSource(asio::any_io_executor executor, Clock& clock, Records& records, Intake& intake, Config config,
                         Hooks hooks)
    : executor_{std::move(executor)},
      clock_{clock},
      records_{records},
      intake_{intake},
      config_{config},
      hooks_{std::move(hooks)},
      changed_{executor_}
{
}

Failure QueueSource::full() const
{
    return {Errc::limit, "the queue is full: " + std::to_string(config_.limit) +
                             " invocations have not ended; try again later, or raise limits.queue"};
}

Result<void> QueueSource::check(const Submission& submission) const
{
    if (stopping_)
        return Failure{Errc::refused, "the agent is stopping and takes no more work"};
    const Invocation& invocation = submission.invocation;
    const std::size_t size =
        to_json(Value{Array{Value{invocation.args}, Value{invocation.kwargs}, Value{invocation.env}}}).size();
    // Who heard an event has bounded it by what came in, which takes more room as JSON.
    if (invocation.source != "hook" && size > config_.request)
        return Failure{Errc::limit, "the arguments take " + bytes_text(size) + ", but limits.request allows " +
                                        bytes_text(config_.request)};
    return hooks_.check(invocation);
}

asio::awaitable<Result<Accepted>> QueueSource::put(Submission submission)
{
    if (const auto fits = check(submission); !fits)
        return refused(fits.error());
    if (admission_.waiting() + admission_.out() + arriving_ >= config_.limit)
        return put_into_full(std::move(submission));
    return put_new(std::move(submission));
}

// Whoever asks again for what was accepted hears so, also when there is no room for anything new.
asio::awaitable<Result<Accepted>> QueueSource::put_into_full(Submission submission)
{
    const auto known = co_await records_.known(std::move(submission));
    if (!known)
        co_return known.error();
    if (!*known)
        co_return full();
    co_return Accepted{(*known)->id, false};
}

asio::awaitable<Result<Accepted>> QueueSource::put_new(Submission submission)
{
    const Counted arrival{arriving_}; // it takes its place before the queue knows of it
    if (submission.invocation.id.empty())
        submission.invocation.id = hooks_.fresh_id();
    auto added = co_await records_.add(std::move(submission), clock_.wall());
    if (!added)
        co_return added.error();
    auto& [entry, fresh] = *added;
    Accepted accepted{entry.id, fresh};
    if (fresh) {
        admission_.add(std::move(entry));
        changed_.set();
    }
    co_return accepted;
}

asio::awaitable<Result<void>> QueueSource::open()
{
    auto entries = co_await records_.open();
    if (!entries)
        co_return entries.error();
    for (QueueEntry& entry : *entries)
        admission_.add(std::move(entry));
    changed_.set();
    co_return Result<void>{};
}

asio::awaitable<void> QueueSource::run()
{
    for (;;)
        co_await begin_some();
}

// Nothing is held while there is nothing to begin: others may want the place.
asio::awaitable<void> QueueSource::something_ready()
{
    for (;;) {
        changed_.clear();
        if (!paused_ && admission_.has_ready(clock_.wall()))
            co_return;
        const auto due = admission_.next_due();
        const Duration wait = due ? std::min(longest_trust, *due - clock_.wall()) : longest_trust;
        (void)co_await within(clock_, clock_.now() + wait, changed_.wait());
    }
}

// As many as there is room for at once: their starts are kept with one flush to the disk.
asio::awaitable<void> QueueSource::begin_some()
{
    co_await something_ready();
    std::vector<Permit> permits;
    permits.push_back(co_await intake_.permit());
    std::vector<std::string> ids;
    while (ids.size() < permits.size()) {
        auto entry = paused_ ? std::nullopt : admission_.take(clock_.wall());
        if (!entry)
            break;
        ids.push_back(std::move(entry->id));
        auto permit = ids.size() < batch ? intake_.permit_now() : std::nullopt;
        if (permit)
            permits.push_back(std::move(*permit));
    }
    if (!ids.empty())
        co_await begin_these(std::move(ids), std::move(permits));
}

asio::awaitable<void> QueueSource::begin_these(std::vector<std::string> ids, std::vector<Permit> permits)
{
    auto begun = co_await records_.begin(ids, clock_.wall());
    if (!begun) {
        for (const std::string& id : ids)
            admission_.put_back(id);
        co_await sleep_for(clock_, std::chrono::seconds{1});
        co_return;
    }
    for (BegunWork& one : *begun) {
        std::erase(ids, one.invocation.id);
        if (one.starts > config_.most_starts)
            (void)co_await report(one.invocation, given_up(one.starts));
        else if (cancelled_.contains(one.invocation.id)) // while its start was written
            (void)co_await report(one.invocation, cancelled_early());
        else
            begin(std::move(permits.back()), std::move(one.invocation));
        permits.pop_back();
    }
    for (const std::string& gone : ids)
        admission_.done(gone);
}

void QueueSource::begin(Permit permit, Invocation invocation)
{
    const auto fits = hooks_.check(invocation);
    // Arguments that do not fit any more fail it; a function that is gone may come back.
    const bool waits = stopping_ || (!fits && fits.error().code != Errc::bad_arguments);
    if (waits) {
        records_.note(invocation.id, State::waiting, fits ? cut_off : fits.error().message, invocation.tries);
        parked_.insert(invocation.id);
        return;
    }
    intake_.submit(std::move(permit), std::move(invocation), *this);
}

// A failure leaves it open: the next start does it again.
asio::awaitable<Result<void>> QueueSource::report(const Invocation& invocation, const Outcome& outcome)
{
    const std::string id = invocation.id;
    const bool wanted = cancelled_.erase(id) > 0;
    if (stopping_ && !wanted && is_cut_off(outcome)) {
        records_.note(id, State::waiting, cut_off, invocation.tries);
        co_return Result<void>{};
    }
    Result<void> kept = co_await records_.finish(id, outcome, clock_.wall());
    if (kept)
        ended(id, outcome);
    co_return kept;
}

void QueueSource::ended(const std::string& id, const Outcome& outcome)
{
    admission_.done(id);
    changed_.set();
    hooks_.ended(id, outcome);
}

asio::awaitable<Result<bool>> QueueSource::cancel_waiting(std::string id)
{
    const bool waits = admission_.remove(id) || parked_.erase(id) > 0;
    if (!waits)
        co_return false;
    const Outcome outcome{cancelled_early()};
    const auto kept = co_await records_.finish(id, outcome, clock_.wall());
    if (!kept)
        co_return kept.error();
    ended(id, outcome);
    co_return true;
}

asio::awaitable<Result<void>> QueueSource::retry(std::string id)
{
    auto entry = co_await records_.revive(std::move(id));
    if (!entry)
        co_return entry.error();
    admission_.add(std::move(*entry));
    changed_.set();
    co_return Result<void>{};
}

void QueueSource::reconsider()
{
    for (const std::string& id : std::exchange(parked_, {}))
        admission_.put_back(id);
    changed_.set();
}

} // namespace forager
