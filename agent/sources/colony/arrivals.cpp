#include "sources/colony/arrivals.hpp"

#include "clients/colonies/calls/processes.hpp"
#include "sources/colony/parents.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

namespace forager::colony {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using colonies::Process;
using colonies::ProcessHead;

namespace {

constexpr std::int64_t highest = 50'000; // priority, by the server's rules

constexpr std::array<Duration, 2> usual_looks{0ms, 20ms};
constexpr std::array<Duration, 4> last_looks{0ms, 50ms, 200ms, 500ms}; // before its function is called unknown

bool has_no_environment(const Process& process)
{
    return process.spec.env.empty() && process.attributes.empty();
}

// The server (v1.9.12) writes a process first and its environment after it, row by row; a call that comes between is
// given the process without. One that was waiting already is woken when all is written.
bool may_lack_environment(const Process& process, const Asked& when)
{
    if (!has_no_environment(process) || !process.submitted || !process.started)
        return false;
    const auto age = *process.started - *process.submitted;
    const bool was_waiting = when.answered - when.asked > age + 5ms;
    return age < 200ms && !was_waiting;
}

bool is_unknown(const Result<Invocation>& invocation)
{
    return invocation.has_error() && invocation.error().code == Errc::not_found;
}

// A point of the monotonic clock as it can be kept for an agent that comes later.
std::int64_t to_calendar(TimePoint when, const Clock& clock)
{
    const WallTime wall = clock.wall() - (clock.now() - when);
    return std::chrono::duration_cast<std::chrono::milliseconds>(wall.time_since_epoch()).count();
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
    const TimePoint begun =
        process.started ? desk_.server_clock.when(*process.started, when.asked, when.answered) : when.asked;
    Held held = held_of(process, begun, when.asked);
    const Written written = may_lack_environment(process, when) ? Written::in_part : Written::just_now;
    return take(std::move(permit), std::move(process), std::move(held), Durable::soon, written);
}

asio::awaitable<void> Arrivals::take_again(Permit permit, Process process, Held held)
{
    return take(std::move(permit), std::move(process), std::move(held), Durable::at_once, Written::long_ago);
}

Held Arrivals::held_of(const Process& process, TimePoint begun, TimePoint verified) const
{
    Held held;
    held.lease = lease_of(process, desk_.who.key.id());
    held.begun = begun;
    held.verified = verified;
    held.lease.begun = to_calendar(begun, desk_.clock);
    return held;
}

asio::awaitable<void> Arrivals::take(Permit permit, Process process, Held held, Durable durable, Written written)
{
    if (heard_)
        heard_->insert_or_assign(process.id, held.lease.retries);
    const Arriving one{arriving_, process.id, held.lease.retries};
    if (written == Written::in_part)
        co_await complete(process, usual_looks);
    const auto parents = co_await parent_results(desk_, process, end_of(held.lease, held.begun));
    if (is_old(process.id, held.lease))
        co_return;
    const bool told = co_await is_told(process.id, held.lease);
    if (told)
        co_return;
    Result<Invocation> invocation = invocation_for(process, parents);
    if (written != Written::long_ago && is_unknown(invocation) && has_no_environment(process)) {
        co_await complete(process, last_looks);
        invocation = invocation_for(process, parents);
    }
    held.priority = static_cast<int>(std::clamp<std::int64_t>(process.spec.priority, -highest, highest));
    if (invocation)
        begin(std::move(permit), std::move(*invocation), std::move(held), durable);
    else
        co_await refuse(process.id, process.spec.function, held.lease, invocation.error());
}

Result<Invocation> Arrivals::invocation_for(const Process& process, const Result<ParentResults>& parents)
{
    if (!parents)
        return parents.error();
    return invocation_of(process, desk_.who, desk_.address(), desk_.function_names(), *parents);
}

// Looks once more, and again after each pause, until there is an environment.
asio::awaitable<void> Arrivals::complete(Process& process, std::span<const Duration> pauses)
{
    for (const Duration pause : pauses) {
        if (pause > 0ms)
            co_await sleep_for(desk_.clock, pause);
        auto whole = co_await colonies::get_process(desk_.caller(), process.id);
        if (whole.has_error())
            continue;
        process.spec.env = std::move(whole->spec.env);
        process.attributes = std::move(whole->attributes);
        if (!has_no_environment(process))
            co_return;
    }
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

void Arrivals::begin(Permit permit, Invocation invocation, Held held, Durable durable)
{
    invocation.deadline = end_of(held.lease, held.begun);
    invocation.fence = fence_of(held.lease, held.begun);
    desk_.outbox.begin(invocation, to_object(held.lease), desk_.clock.wall(), durable);
    const int priority = held.priority;
    desk_.holdings.add(invocation.id, std::move(held));
    add_key(invocation, desk_.who);
    turns_.submit(std::move(permit), std::move(invocation), priority);
    desk_.changed.set();
}

asio::awaitable<void> Arrivals::refuse(std::string id, std::string function, Lease lease, Failure failure)
{
    const Invocation invocation = refused_work(id, std::move(function), desk_.who);
    desk_.outbox.begin(invocation, to_object(lease), desk_.clock.wall(), Durable::soon);
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

void Arrivals::note_what_comes()
{
    heard_.emplace(arriving_);
    for (const auto& [id, held] : desk_.holdings.all())
        heard_->emplace(id, held.lease.retries);
}

bool Arrivals::has_heard(const ProcessHead& process) const
{
    const auto heard = heard_->find(process.id);
    return heard != heard_->end() && heard->second == process.retries;
}

} // namespace forager::colony
