#include "sources/queue/queue_source.hpp"

#include "base/counted.hpp"
#include "base/text.hpp"
#include "core/retry.hpp"
#include "io/formats/json.hpp"
#include "ports/within.hpp"

#include <boost/asio/this_coro.hpp>

#include <map>
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

Failure cancelled_in_an_earlier_life()
{
    return {Errc::cancelled, "it was cancelled, and the agent died before it had ended"};
}

Failure cancellation_of(const BegunWork& work)
{
    return work.starts > 1 ? cancelled_in_an_earlier_life() : cancelled_early();
}

Failure not_kept(const std::string& id, const Failure& why)
{
    return {why.code, id + " was asked to end, but that cannot be kept: " + why.message +
                          ". Should the agent die before there is room, it is begun again: cancel it once more then"};
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
    intake_.on_room([this] { changed_.set(); });
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
    if (invocation.source != "hook" && size > config_.request) {
        Failure failure{Errc::limit, "the arguments take " + bytes_text(size) + ", but limits.request allows " +
                                         bytes_text(config_.request)};
        failure.retry = false;
        return failure;
    }
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
    auto left = co_await records_.asked_to_end();
    if (!left)
        co_return left.error();
    left_ = std::move(*left);
    for (QueueEntry& entry : *entries)
        admission_.add(std::move(entry));
    changed_.set();
    co_return Result<void>{};
}

// Before their turn, which may be late. What the disk refuses now ends when its turn comes.
asio::awaitable<void> QueueSource::end_cancelled()
{
    const std::vector<std::string> left = std::exchange(left_, {});
    cancelled_.insert(left.begin(), left.end());
    for (const std::string& id : left)
        (void)co_await end_waiting(id, cancelled_in_an_earlier_life());
}

asio::awaitable<void> QueueSource::run()
{
    co_await end_cancelled();
    for (;;)
        co_await begin_some();
}

// Nothing is held while there is nothing to begin: others may want the place.
asio::awaitable<void> QueueSource::something_ready()
{
    for (;;) {
        changed_.clear();
        const bool ready = !paused_ && admission_.has_ready(clock_.wall(), [this](const std::string& function) {
            return intake_.room_for(function) > 0;
        });
        if (ready)
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
    std::map<std::string, std::size_t> taken; // of each function, and not begun yet
    const AdmissionQueue::Room has_room = [&](const std::string& function) {
        return taken[function] < intake_.room_for(function);
    };
    while (ids.size() < permits.size()) {
        auto entry = paused_ ? std::nullopt : admission_.take(clock_.wall(), has_room);
        if (!entry)
            break;
        ++taken[entry->function];
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
        if (one.before > 0)
            one.invocation.retries =
                one.before + one.invocation.retries.value_or(hooks_.retries(one.invocation.function));
        if (cancelled_.contains(one.invocation.id)) // while its start was written, or in an earlier life
            (void)co_await report(one.invocation, cancellation_of(one));
        else if (one.starts > config_.most_starts)
            (void)co_await report(one.invocation, given_up(one.starts));
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
    const int priority = admission_.priority_of(invocation.id);
    intake_.submit(std::move(permit), std::move(invocation), *this, priority);
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

asio::awaitable<Result<bool>> QueueSource::cancel(std::string id)
{
    const bool waits = admission_.waits(id) || parked_.contains(id);
    if (!waits && !admission_.is_out(id))
        co_return false;
    auto asked = waits ? end_waiting(std::move(id), cancelled_early()) : ask_to_end(std::move(id));
    const auto kept = co_await std::move(asked);
    co_return kept ? Result<bool>{true} : kept.error();
}

// It is out meanwhile, so that nothing begins it, and nothing of its key overtakes it should the disk refuse its end.
asio::awaitable<Result<void>> QueueSource::end_waiting(std::string id, Failure why)
{
    parked_.erase(id);
    (void)admission_.take_out(id);
    const Outcome outcome{std::move(why)};
    Result<void> kept = co_await records_.finish_now(id, outcome, clock_.wall());
    if (kept) {
        cancelled_.erase(id);
        ended(id, outcome);
    } else {
        admission_.put_back(id);
        changed_.set();
    }
    co_return kept;
}

// Asked before that is safe: also where it cannot be kept, what runs wild must come to an end.
asio::awaitable<Result<void>> QueueSource::ask_to_end(std::string id)
{
    cancelled_.insert(id);
    hooks_.cancel(id);
    const auto kept = co_await records_.ask_to_end(id, clock_.wall());
    if (!admission_.is_out(id) && !admission_.waits(id))
        cancelled_.erase(id); // it ended by another's word
    co_return kept ? Result<void>{} : Result<void>{not_kept(id, kept.error())};
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
