#include "sources/colony/arrivals.hpp"

#include "clients/colonies/calls/processes.hpp"
#include "clients/colonies/refusal.hpp"

#include <algorithm>
#include <utility>

namespace forager::colony {

namespace asio = boost::asio;
using colonies::Process;
using colonies::ProcessState;

namespace {

Failure given_up(std::size_t starts)
{
    Failure failure{Errc::limit,
                    "the agent died " + std::to_string(starts) + " times while this ran, and does not begin it again"};
    failure.retry = false;
    return failure;
}

bool is_lent_to(const Process& process, const Identity& who)
{
    return process.state == ProcessState::running && process.executor_id == who.key.id();
}

} // namespace

// By this machine's clock, and rather too early than too late.
TimePoint Arrivals::beginning_of(const Process& process, const Hearing& hearing)
{
    if (!process.started)
        return hearing.asked;
    if (hearing.fresh)
        return desk_.server_clock.when(*process.started, hearing.asked, hearing.answered);
    const TimePoint with_equal_clocks = desk_.now() - std::max(Duration{}, desk_.clock.wall() - *process.started);
    return std::min(hearing.asked, desk_.server_clock.at(*process.started).value_or(with_equal_clocks));
}

asio::awaitable<void> Arrivals::take(Permit permit, Process process, Hearing hearing)
{
    Held held;
    held.lease = lease_of(process, desk_.who.name);
    held.begun = beginning_of(process, hearing);
    held.verified = hearing.asked;
    if (tells_known_outcome(process.id, held.lease))
        co_return;
    co_await gone(process.id);
    auto invocation = invocation_of(process, desk_.who, desk_.address(), desk_.function_names());
    if (invocation)
        begin(std::move(permit), std::move(*invocation), std::move(held));
    else
        co_await refuse(process.id, process.spec.function, held.lease, invocation.error());
}

// It ended here under an earlier lease, and the server did not hear of it in time.
bool Arrivals::tells_known_outcome(const std::string& id, const Lease& lease)
{
    Held* held = desk_.holdings.find(id);
    if (held == nullptr || !held->outcome)
        return false;
    held->lease = lease;
    desk_.finished.set();
    return true;
}

// Never two of one process at once: an earlier run of it, which the server has taken back, ends first.
asio::awaitable<void> Arrivals::gone(std::string id)
{
    while (desk_.holdings.find(id) != nullptr) {
        desk_.dismiss(id, "the colony gave it to this executor again");
        desk_.changed.clear();
        co_await desk_.changed.wait();
    }
}

void Arrivals::begin(Permit permit, Invocation invocation, Held held)
{
    invocation.deadline = end_of(held.lease, held.begun);
    if (held.lease.seconds > 0)
        held.end = held.begun + std::chrono::seconds{held.lease.seconds};
    desk_.outbox.begin(invocation, to_object(held.lease), desk_.clock.wall());
    desk_.holdings.add(invocation.id, std::move(held));
    add_key(invocation, desk_.who);
    desk_.intake.submit(std::move(permit), std::move(invocation), reporter_);
    desk_.changed.set();
}

asio::awaitable<void> Arrivals::refuse(std::string id, std::string function, Lease lease, Failure failure)
{
    const Invocation invocation = refused_work(id, std::move(function), desk_.who);
    desk_.outbox.begin(invocation, to_object(lease), desk_.clock.wall());
    (void)co_await desk_.records.finish(id, Outcome{failure}, desk_.clock.wall());
    desk_.services.ended(id);
    Held held;
    held.lease = std::move(lease);
    held.outcome = Outcome{std::move(failure)};
    desk_.holdings.add(id, std::move(held));
    desk_.finished.set();
}

asio::awaitable<Result<void>> Arrivals::open()
{
    auto untold = co_await desk_.outbox.open();
    if (!untold)
        co_return untold.error();
    for (LentWork& work : *untold) {
        const Lease lease = lease_in(work.lease);
        if (lease.executor != desk_.who.name)
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

asio::awaitable<Result<void>> Arrivals::recover()
{
    while (!left_.empty()) {
        if (const auto done = co_await go_on_with(left_.back()); !done)
            co_return done.error();
        left_.pop_back();
    }
    co_return co_await begin_unheard();
}

// It was running when the agent died.
asio::awaitable<Result<void>> Arrivals::go_on_with(LentWork work)
{
    const std::string id = work.invocation.id;
    const TimePoint asked = desk_.now();
    auto process = co_await colonies::get_process(desk_.caller(), id);
    if (!process && is_away(process.error()))
        co_return process.error();
    const Lease lease = lease_in(work.lease);
    if (!process || !is_lent_to(*process, desk_.who) || process->retries != lease.retries) {
        const Outcome lost{Failure{Errc::cancelled, "the agent died while it ran, and the colony has taken it back"}};
        (void)co_await desk_.records.finish(id, lost, desk_.clock.wall());
        desk_.outbox.told(id, {});
        desk_.services.ended(id);
        co_return Result<void>{};
    }
    if (work.starts >= desk_.settings.most_starts) {
        co_await refuse(id, work.invocation.function, lease, given_up(work.starts));
        co_return Result<void>{};
    }
    Permit permit = co_await desk_.intake.permit();
    co_await take(std::move(permit), std::move(*process), {asked, desk_.now(), false});
    co_return Result<void>{};
}

// An answer that was lost on its way has lent something all the same.
asio::awaitable<Result<void>> Arrivals::begin_unheard()
{
    colonies::ProcessQuery query;
    query.colony = desk_.who.colony;
    query.state = ProcessState::running;
    query.executor_type = desk_.who.offer.type;
    const TimePoint asked = desk_.now();
    auto running = co_await colonies::get_processes(desk_.caller(), query);
    if (!running)
        co_return running.error();
    for (Process& process : *running) {
        if (!is_lent_to(process, desk_.who) || desk_.holdings.find(process.id) != nullptr)
            continue;
        Permit permit = co_await desk_.intake.permit();
        co_await take(std::move(permit), std::move(process), {asked, desk_.now(), false});
    }
    co_return Result<void>{};
}

} // namespace forager::colony
