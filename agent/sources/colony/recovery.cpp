#include "sources/colony/recovery.hpp"

#include "clients/colonies/calls/processes.hpp"
#include "clients/colonies/refusal.hpp"

#include <algorithm>
#include <utility>

namespace forager::colony {

namespace asio = boost::asio;
using colonies::Process;
using colonies::ProcessHead;
using colonies::ProcessState;
using colonies::Refusal;

namespace {

Failure given_up(std::size_t starts)
{
    Failure failure{Errc::limit,
                    "the agent died " + std::to_string(starts) + " times while this ran, and does not begin it again"};
    failure.retry = false;
    return failure;
}

bool is_lent_to(const auto& process, const Identity& who) // a process, or its head
{
    return process.state == ProcessState::running && process.executor_id == who.key.id();
}

// The server has it, in a shape that nobody here knows.
bool is_unreadable(const Failure& failure)
{
    return failure.details.find("member") != nullptr;
}

// What was kept of a point of the monotonic clock.
TimePoint from_calendar(std::int64_t milliseconds, const Clock& clock)
{
    return std::min(clock.now(), clock.now() - (clock.wall() - WallTime{std::chrono::milliseconds{milliseconds}}));
}

} // namespace

asio::awaitable<Result<void>> Recovery::open()
{
    auto untold = co_await desk_.outbox.open();
    if (!untold)
        co_return untold.error();
    for (LentWork& work : *untold) {
        const Lease lease = lease_in(work.lease);
        if (lease.executor != desk_.who.key.id())
            continue;
        if (!work.outcome) {
            left_.push_back(std::move(work));
            continue;
        }
        Held held;
        held.lease = lease;
        held.outcome = std::move(work.outcome);
        desk_.holdings.add(work.invocation.id, std::move(held));
    }
    desk_.finished.set();
    co_return Result<void>{};
}

asio::awaitable<Result<Recovery::Rest>> Recovery::run()
{
    while (!left_.empty()) {
        const auto done = co_await go_on_with(left_.back());
        if (!done || *done == Rest::waits)
            co_return done;
        left_.pop_back();
    }
    co_return co_await begin_unheard();
}

// It was running when the agent died.
asio::awaitable<Result<Recovery::Rest>> Recovery::go_on_with(LentWork work)
{
    const std::string id = work.invocation.id;
    Permit permit = co_await desk_.intake.permit(); // what is asked before may be old when there is one
    const TimePoint asked = desk_.now();
    auto process = co_await colonies::get_process(desk_.caller(), id);
    const bool unreadable = !process && is_unreadable(process.error());
    if (!process && !unreadable && colonies::refusal_of(process.error()) != Refusal::not_found)
        co_return process.error();
    if (desk_.paused)
        co_return Rest::waits;
    Held held;
    held.lease = lease_in(work.lease);
    held.begun = held.lease.begun == 0 ? asked : from_calendar(held.lease.begun, desk_.clock);
    held.verified = asked;
    if (unreadable)
        co_await arrivals_.refuse(id, work.invocation.function, held.lease, process.error());
    else if (!process || !is_lent_to(*process, desk_.who) || process->retries != held.lease.retries)
        co_await end_lost(id);
    else if (work.starts >= desk_.settings.most_starts)
        co_await arrivals_.refuse(id, work.invocation.function, held.lease, given_up(work.starts));
    else
        co_await arrivals_.take_again(std::move(permit), std::move(*process), std::move(held));
    co_return Rest::none;
}

// What cannot be written stays open, for the next agent to look at.
asio::awaitable<void> Recovery::end_lost(std::string id)
{
    const Outcome lost{Failure{Errc::cancelled, "the agent died while it ran, and the colony has taken it back"}};
    const auto kept = co_await desk_.outbox.drop(id, lost, {}, desk_.clock.wall());
    if (kept)
        desk_.services.ended(id);
}

// An answer that was lost on its way has lent something all the same.
asio::awaitable<Result<Recovery::Rest>> Recovery::begin_unheard()
{
    arrivals_.note_what_comes();
    const auto done = co_await begin_listed();
    arrivals_.note_no_more();
    co_return done;
}

asio::awaitable<Result<Recovery::Rest>> Recovery::begin_listed()
{
    const auto running = co_await list();
    if (!running)
        co_return running.error();
    for (const ProcessHead& process : *running) {
        if (!is_lent_to(process, desk_.who) || arrivals_.has_heard(process))
            continue;
        const auto begun = co_await begin_unheard(process);
        if (!begun || *begun == Rest::waits)
            co_return begun;
    }
    co_return Rest::none;
}

// One answer holds a hundred, of all executors of the type. The other list has no limit, but knows a process only when
// its submission has passed by the database's clock, too.
asio::awaitable<Result<std::vector<ProcessHead>>> Recovery::list()
{
    colonies::ProcessQuery query;
    query.colony = desk_.who.colony;
    query.state = ProcessState::running;
    query.executor_type = desk_.who.offer.type;
    auto running = co_await colonies::get_process_heads(desk_.caller(), query);
    if (!running || std::ssize(*running) < query.count)
        co_return running;
    co_return co_await colonies::get_running_heads(desk_.caller(), desk_.who.colony, desk_.who.key.id());
}

// The list may be old when there is a permit, and what it says have come and gone.
asio::awaitable<Result<Recovery::Rest>> Recovery::begin_unheard(ProcessHead head)
{
    Permit permit = co_await desk_.intake.permit();
    if (desk_.paused)
        co_return Rest::waits;
    if (arrivals_.has_heard(head))
        co_return Rest::none;
    auto process = co_await colonies::get_process(desk_.caller(), head.id);
    if (desk_.paused)
        co_return Rest::waits;
    if (arrivals_.has_heard(head))
        co_return Rest::none;
    if (!process && is_unreadable(process.error())) {
        Lease lease;
        lease.executor = desk_.who.key.id();
        co_await arrivals_.refuse(head.id, "unknown", std::move(lease), process.error());
        co_return Rest::none;
    }
    if (!process && colonies::refusal_of(process.error()) != Refusal::not_found)
        co_return process.error();
    if (!process || !is_lent_to(*process, desk_.who) || process->retries != head.retries)
        co_return Rest::none;
    Held held = arrivals_.held_of(*process, begin_of(*process), desk_.now());
    co_await arrivals_.take_again(std::move(permit), std::move(*process), std::move(held));
    co_return Rest::none;
}

// Where nothing is known of the server's clock, it goes as this one.
TimePoint Recovery::begin_of(const Process& process) const
{
    if (!process.started)
        return desk_.now();
    const auto begun = desk_.server_clock.at(*process.started);
    return std::min(desk_.now(), begun.value_or(desk_.now() - (desk_.clock.wall() - *process.started)));
}

} // namespace forager::colony
