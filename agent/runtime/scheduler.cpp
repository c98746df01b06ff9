#include "runtime/scheduler.hpp"

#include "base/duration.hpp"
#include "base/ids.hpp"
#include "core/arguments.hpp"
#include "ports/cancellation.hpp"
#include "ports/within.hpp"
#include "runtime/run_handler.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <optional>
#include <utility>

namespace forager {

namespace asio = boost::asio;

// One invocation whose function is found and whose arguments fit.
struct Scheduler::Work {
    Progress& progress;
    Invocation& counted; // the same invocation, for its tries
    Registry::EntryPtr entry;
    std::vector<Value> args;
    RetryPlan plan;

    const Invocation& invocation() const { return progress.invocation(); }
    const Function& function() const { return entry->function; }
};

// However it ends.
class Scheduler::Ending {
public:
    Ending(Journal* journal, const Invocation& invocation) : journal_{journal}, invocation_{invocation} {}
    Ending(const Ending&) = delete;
    Ending& operator=(const Ending&) = delete;
    ~Ending()
    {
        if (journal_ != nullptr && recorded_under(invocation_) == invocation_.id)
            journal_->ended(invocation_.id);
    }

private:
    Journal* journal_;
    const Invocation& invocation_;
};

namespace {

std::string chain_text(const Invocation& invocation)
{
    constexpr std::size_t shown = 3;
    std::string text;
    for (std::size_t i = invocation.chain.size() - std::min(invocation.chain.size(), shown);
         i < invocation.chain.size(); ++i)
        text += invocation.chain[i].function + " → ";
    return text + invocation.function;
}

Failure too_deep(const Invocation& invocation, std::size_t depth)
{
    Failure failure{Errc::limit, "calls are nested more than " + std::to_string(depth) + " deep (… " +
                                     chain_text(invocation) + "); a function that calls itself must come to an end"};
    failure.retry = false;
    return failure;
}

std::string pause_note(Duration pause, const RetryPlan& plan, const Failure& failure)
{
    return "again in " + to_text(pause) + " (try " + std::to_string(plan.tries()) + " of " +
           std::to_string(plan.most_tries()) + "): " + failure.message;
}

} // namespace

Scheduler::Scheduler(asio::any_io_executor executor, const Registry& registry, Clock& clock, Random& random,
                     Observer& observer, SchedulerConfig config)
    : executor_{std::move(executor)},
      registry_{registry},
      clock_{clock},
      random_{random},
      observer_{observer},
      config_{config},
      running_{clock},
      admission_{config.concurrency},
      submitted_{executor_},
      reports_{executor_}
{
}

std::string Scheduler::fresh_id()
{
    const std::uint64_t high = random_.next();
    return make_id(high, random_.next());
}

asio::awaitable<Outcome> Scheduler::call(Invocation invocation)
{
    return call(std::move(invocation), observer_);
}

asio::awaitable<Outcome> Scheduler::call(Invocation invocation, Observer& observer)
{
    return call(std::move(invocation), observer, nullptr);
}

asio::awaitable<Outcome> Scheduler::call(Invocation invocation, Observer& observer, Registry::EntryPtr known)
{
    if (invocation.id.empty())
        invocation.id = fresh_id();
    Progress progress{running_, invocation, observer};
    const Ending ending{journal_, invocation};
    try {
        Outcome outcome = co_await settle(progress, invocation, std::move(known));
        progress.tell(outcome);
        co_return outcome;
    } catch (const std::exception& error) {
        if (is_cancellation(error)) {
            progress.tell(State::cancelled, {});
            throw;
        }
        Outcome outcome = internal_error(error.what());
        progress.tell(outcome);
        co_return outcome;
    }
}

asio::awaitable<Outcome> Scheduler::settle(Progress& progress, Invocation& invocation, Registry::EntryPtr known)
{
    if (invocation.chain.size() >= config_.depth)
        co_return too_deep(invocation, config_.depth);
    const auto entry = known ? Result<Registry::EntryPtr>{std::move(known)} : registry_.find(invocation.function);
    if (!entry)
        co_return entry.error();
    const Function& function = (*entry)->function;
    auto args = bind_arguments(function, invocation.args, invocation.kwargs);
    if (!args)
        co_return args.error();
    RetryPlan plan{invocation.retries.value_or(function.retries), invocation.tries};
    Work work{progress, invocation, *entry, std::move(*args), plan};
    if (!invocation.deadline) {
        Outcome outcome = co_await try_again_and_again(work);
        co_return outcome;
    }
    std::optional<Outcome> outcome = co_await within(clock_, *invocation.deadline, try_again_and_again(work));
    if (outcome)
        co_return std::move(*outcome);
    Failure late{Errc::timed_out, function.name + " did not end before its deadline"};
    late.retry = false;
    co_return late;
}

asio::awaitable<Outcome> Scheduler::try_again_and_again(Work& work)
{
    for (;;) {
        Outcome outcome = co_await try_once(work);
        if (outcome)
            co_return outcome;
        const auto pause = work.plan.pause_after(outcome.error(), random_.next());
        // A pause that outlasts the deadline would only hide why it failed.
        if (!pause || !before_deadline(work.invocation(), *pause))
            co_return outcome;
        work.counted.tries = work.plan.tries() - 1;
        work.progress.tell(State::sleeping, pause_note(*pause, work.plan, outcome.error()));
        co_await sleep_for(clock_, *pause);
    }
}

bool Scheduler::before_deadline(const Invocation& invocation, Duration pause) const
{
    return !invocation.deadline || clock_.now() + pause < *invocation.deadline;
}

// The permit is given back between two tries: who sleeps does not run.
asio::awaitable<Outcome> Scheduler::try_once(Work& work)
{
    auto permit = co_await permit_for(work.function(), work.invocation());
    if (!permit)
        co_return permit.error();
    Seat seat{*this, work.function(), work.invocation(), std::move(*permit)};
    work.progress.tell(State::running, {});
    Outcome outcome = co_await try_within_limit(work);
    co_return outcome;
}

asio::awaitable<Outcome> Scheduler::try_within_limit(Work& work)
{
    auto run = run_handler(*work.entry->handler, work.invocation(), work.args, work.progress.observer());
    const auto limit = work.invocation().timeout ? work.invocation().timeout : work.function().timeout;
    if (!limit) {
        Outcome outcome = co_await std::move(run);
        co_return outcome;
    }
    std::optional<Outcome> outcome = co_await within(clock_, clock_.now() + *limit, std::move(run));
    if (outcome)
        co_return std::move(*outcome);
    co_return Failure{Errc::timed_out, work.function().name + " did not end within " + to_text(*limit)};
}

void Scheduler::submit(Permit permit, Invocation invocation, Reporter& reporter, int priority)
{
    if (invocation.id.empty())
        invocation.id = fresh_id();
    std::string id = invocation.id;
    // As it is now: a script that goes before the next turn takes nothing with it that has begun.
    const auto found = registry_.find(invocation.function);
    Registry::EntryPtr entry = found ? *found : nullptr;
    Place place{std::move(permit)};
    place.priority = priority;
    if (entry && !stopping_)
        place.first = limits_.permit_now(entry->function, invocation);
    Ticket ticket{std::move(invocation), reporter, observer_, reports_};
    if (stopping_)
        ticket.report_later(Failure{Errc::refused, "the agent is stopping and takes no more work"});
    else
        submitted_.spawn(std::move(id), serve(std::move(place), std::move(ticket), std::move(entry)));
}

// The permit is held until the outcome is told, so that what waits to be told is bounded, too.
asio::awaitable<void> Scheduler::serve(Place place, Ticket ticket, Registry::EntryPtr entry)
{
    const auto present = present_.insert_or_assign(ticket.invocation().id, std::move(place)).first;
    ticket.begin();
    Outcome outcome = Failure{Errc::cancelled, ticket.invocation().function + " was cancelled"};
    try {
        outcome = co_await call(ticket.invocation(), observer_, std::move(entry));
    } catch (const std::exception& error) {
        if (!is_cancellation(error))
            outcome = internal_error(error.what());
    }
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await ticket.report(std::move(outcome));
    present_.erase(present);
    less_runs();
}

void Scheduler::on_less(std::function<void()> tell)
{
    less_ = std::move(tell);
    admission_.on_none_held([this] { less_runs(); });
}

void Scheduler::less_runs() const
{
    if (less_)
        less_();
}

void Scheduler::note(const Invocation& invocation, std::string_view words)
{
    if (Progress* progress = running_.find(invocation.id))
        progress->tell(State::running, words);
}

std::vector<std::string> Scheduler::asleep() const
{
    std::vector<std::string> ids;
    for (const auto& [id, presence] : present_)
        if (presence.resting > 0)
            ids.push_back(id);
    return ids;
}

asio::awaitable<void> Scheduler::drain(Duration grace)
{
    stopping_ = true;
    // Who sleeps goes on after the next start.
    for (const auto& [id, presence] : present_)
        if (presence.resting > 0)
            submitted_.cancel(id);
    std::exception_ptr cancelled;
    try {
        (void)co_await within(clock_, clock_.now() + grace, submitted_.emptied());
    } catch (...) {
        cancelled = std::current_exception();
    }
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    submitted_.cancel();
    co_await submitted_.emptied();
    co_await reports_.emptied();
    co_await asio::this_coro::reset_cancellation_state();
    if (cancelled)
        std::rethrow_exception(cancelled);
}

} // namespace forager
