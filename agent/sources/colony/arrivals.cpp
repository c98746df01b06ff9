#include "sources/colony/arrivals.hpp"

#include "clients/colonies/calls/processes.hpp"
#include "clients/colonies/refusal.hpp"
#include "sources/colony/parents.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace forager::colony {

namespace asio = boost::asio;
using colonies::Process;
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

bool is_lent_to(const Process& process, const Identity& who)
{
    return process.state == ProcessState::running && process.executor_id == who.key.id();
}

// A point of the monotonic clock as it can be kept, and what it is for an agent that comes later.
std::int64_t to_calendar(TimePoint when, const Clock& clock)
{
    const WallTime wall = clock.wall() - (clock.now() - when);
    return std::chrono::duration_cast<std::chrono::milliseconds>(wall.time_since_epoch()).count();
}

TimePoint from_calendar(std::int64_t milliseconds, const Clock& clock)
{
    return std::min(clock.now(), clock.now() - (clock.wall() - WallTime{std::chrono::milliseconds{milliseconds}}));
}

// One that is on its way from the server to its beginning.
class Arriving {
public:
    Arriving(std::map<std::string, std::int64_t>& all, std::string id, std::int64_t retries)
        : all_{all}, id_{std::move(id)}, retries_{retries}
    {
        all_.insert_or_assign(id_, retries_);
    }
    Arriving(const Arriving&) = delete;
    Arriving& operator=(const Arriving&) = delete;
    ~Arriving()
    {
        const auto found = all_.find(id_);
        if (found != all_.end() && found->second == retries_)
            all_.erase(found);
    }

private:
    std::map<std::string, std::int64_t>& all_;
    std::string id_;
    std::int64_t retries_;
};

} // namespace

asio::awaitable<void> Arrivals::take(Permit permit, Process process, Asked when)
{
    Held held;
    held.lease = lease_of(process, desk_.who.key.id());
    held.begun = process.started ? desk_.server_clock.when(*process.started, when.asked, when.answered) : when.asked;
    held.verified = when.asked;
    held.lease.begun = to_calendar(held.begun, desk_.clock);
    return take(std::move(permit), std::move(process), std::move(held));
}

asio::awaitable<void> Arrivals::take(Permit permit, Process process, Held held)
{
    if (looking_)
        heard_.insert_or_assign(process.id, held.lease.retries);
    const Arriving one{arriving_, process.id, held.lease.retries};
    const auto parents = co_await parent_results(desk_, process, end_of(held.lease, held.begun));
    if (is_old(process.id, held.lease))
        co_return;
    const bool told = co_await is_told(process.id, held.lease);
    if (told)
        co_return;
    Result<Invocation> invocation = parents.has_error() ? Result<Invocation>{parents.error()} : Invocation{};
    if (parents)
        invocation = invocation_of(process, desk_.who, desk_.address(), desk_.function_names(), *parents);
    if (invocation)
        begin(std::move(permit), std::move(*invocation), std::move(held));
    else
        co_await refuse(process.id, process.spec.function, held.lease, invocation.error());
}

// What the parents gave took so long that the server has given it to this executor once more.
bool Arrivals::is_old(const std::string& id, const Lease& lease)
{
    const Held* held = desk_.holdings.find(id);
    return held != nullptr && held->lease.retries > lease.retries;
}

// Never two of one process at once: an earlier run of it, which the server has taken back, ends first. One that has
// ended before the server heard of it is told under the new lease, and not done again.
asio::awaitable<bool> Arrivals::is_told(std::string id, Lease lease)
{
    while (Held* held = desk_.holdings.find(id)) {
        if (held->outcome) {
            held->lease = std::move(lease);
            desk_.finished.set();
            co_return true;
        }
        desk_.dismiss(id, "the colony gave it to this executor again");
        desk_.changed.clear();
        co_await desk_.changed.wait();
    }
    co_return false;
}

void Arrivals::begin(Permit permit, Invocation invocation, Held held)
{
    invocation.deadline = end_of(held.lease, held.begun);
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
    const auto kept = co_await desk_.records.finish(id, Outcome{failure}, desk_.clock.wall());
    if (!kept)
        co_return; // it is still open: the next agent asks the server whose it is
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
    Permit permit = co_await desk_.intake.permit(); // what is asked before may be old when there is one
    const TimePoint asked = desk_.now();
    auto process = co_await colonies::get_process(desk_.caller(), id);
    if (!process && colonies::refusal_of(process.error()) != Refusal::not_found)
        co_return process.error();
    Held held;
    held.lease = lease_in(work.lease);
    held.begun = held.lease.begun == 0 ? asked : from_calendar(held.lease.begun, desk_.clock);
    held.verified = asked;
    if (!process || !is_lent_to(*process, desk_.who) || process->retries != held.lease.retries)
        co_await end_lost(id);
    else if (work.starts >= desk_.settings.most_starts)
        co_await refuse(id, work.invocation.function, held.lease, given_up(work.starts));
    else
        co_await take(std::move(permit), std::move(*process), std::move(held));
    co_return Result<void>{};
}

asio::awaitable<void> Arrivals::end_lost(std::string id)
{
    const Outcome lost{Failure{Errc::cancelled, "the agent died while it ran, and the colony has taken it back"}};
    (void)co_await desk_.records.finish(id, lost, desk_.clock.wall());
    desk_.outbox.told(id, {});
    desk_.services.ended(id);
}

// An answer that was lost on its way has lent something all the same.
asio::awaitable<Result<void>> Arrivals::begin_unheard()
{
    heard_.clear();
    for (const auto& [id, held] : desk_.holdings.all())
        heard_.emplace(id, held.lease.retries);
    heard_.insert(arriving_.begin(), arriving_.end());
    looking_ = true;
    colonies::ProcessQuery query;
    query.colony = desk_.who.colony;
    query.state = ProcessState::running;
    query.executor_type = desk_.who.offer.type;
    auto running = co_await colonies::get_processes(desk_.caller(), query);
    if (!running) {
        looking_ = false;
        co_return running.error();
    }
    for (Process& process : *running)
        if (is_lent_to(process, desk_.who) && !has_heard(process))
            co_await begin_unheard(std::move(process));
    looking_ = false;
    co_return Result<void>{};
}

// The list may be old when there is a permit, and what it says have come and gone.
asio::awaitable<void> Arrivals::begin_unheard(Process process)
{
    Permit permit = co_await desk_.intake.permit();
    if (has_heard(process))
        co_return;
    Held held;
    held.lease = lease_of(process, desk_.who.key.id());
    if (process.started) // where nothing is known of the server's clock, it goes as this one
        held.begun =
            desk_.server_clock.at(*process.started).value_or(desk_.now() - (desk_.clock.wall() - *process.started));
    held.begun = process.started ? std::min(held.begun, desk_.now()) : desk_.now();
    held.lease.begun = to_calendar(held.begun, desk_.clock);
    co_await take(std::move(permit), std::move(process), std::move(held));
}

bool Arrivals::has_heard(const Process& process) const
{
    const auto heard = heard_.find(process.id);
    return heard != heard_.end() && heard->second == process.retries;
}

} // namespace forager::colony
