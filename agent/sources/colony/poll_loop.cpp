#include "sources/colony/poll_loop.hpp"

#include "base/counted.hpp"
#include "clients/colonies/calls/processes.hpp"
#include "clients/colonies/refusal.hpp"
#include "ports/within.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace forager::colony {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using colonies::Refusal;

namespace {

constexpr Duration first_pause = 200ms;
constexpr Duration longest_pause = 2s; // back within three seconds of the server's return
constexpr Duration at_once = 100ms;    // an answer that nobody has waited for
constexpr Duration sure_for = 30s;     // a call that somebody on the way has doubled lends two, and gives one
constexpr Duration patience = 5s;      // for a free place, until the rest is looked at again

// Until it is known what a call for work has lent, it may have lent anything.
class MayBeLost {
public:
    explicit MayBeLost(bool& unsure) : unsure_{unsure} {}
    MayBeLost(const MayBeLost&) = delete;
    MayBeLost& operator=(const MayBeLost&) = delete;
    ~MayBeLost() { unsure_ = unsure_ || !known_; }
    void is_known() { known_ = true; }

private:
    bool& unsure_;
    bool known_ = false;
};

// For longer than it was asked for: it was there before. Both times are the server's; where they are none, what comes
// quickly may have waited.
bool has_waited(const colonies::Process& process, Duration asked_for)
{
    const bool known = process.submitted && process.started && *process.submitted <= *process.started;
    return known ? *process.started - *process.submitted > asked_for : asked_for < at_once;
}

std::string left_text(std::int64_t all, std::int64_t used, const char* unit)
{
    return all == 0 ? "" : std::to_string(std::max<std::int64_t>(all - used, 0)) + unit;
}

} // namespace

PollLoop::PollLoop(Desk& desk, Enrolment& enrolment, Arrivals& arrivals, Recovery& recovery)
    : desk_{desk},
      enrolment_{enrolment},
      arrivals_{arrivals},
      recovery_{recovery},
      time_{desk},
      backoff_{first_pause, longest_pause},
      flowing_{desk.strand}
{
}

asio::awaitable<void> PollLoop::run()
{
    for (;;) {
        Permit permit = co_await place();
        const auto wait = longest_wait();
        const TimePoint asked = desk_.now();
        const auto fetched = co_await fetch(std::move(permit), wait);
        if (!fetched)
            co_await pause_after(fetched.error());
        else if (*fetched == Fetched::queued)
            flowing_.set();
        else if (*fetched == Fetched::nothing && desk_.now() - asked < at_once)
            co_await sleep_for(desk_.clock, first_pause); // somebody on the way does not wait as the server does
    }
}

// The right to ask. What was so when the waiting for a permit began may be otherwise at its end.
asio::awaitable<Permit> PollLoop::place()
{
    for (;;) {
        co_await enrolled();
        co_await room();
        auto permit = co_await within(desk_.clock, desk_.now() + patience, desk_.intake.permit());
        if (permit && is_enrolled() && has_room())
            co_return std::move(*permit);
    }
}

asio::awaitable<void> PollLoop::help()
{
    for (;;) {
        co_await flowing_.wait();
        auto permit = desk_.intake.permit_now();
        const bool may = permit && has_room() && desk_.enrolled && !desk_.server.away() && !enrolment_.has_news();
        const auto fetched = may ? co_await fetch(std::move(*permit), 0s) : Result<Fetched>{Fetched::nothing};
        if (!fetched || *fetched == Fetched::nothing)
            flowing_.clear();
    }
}

// The last free place of the agent is not kept for long: others may want it, too.
std::chrono::seconds PollLoop::longest_wait()
{
    const bool others_have_room = desk_.intake.permit_now().has_value();
    return others_have_room ? std::max(1s, std::chrono::duration_cast<std::chrono::seconds>(desk_.settings.long_poll))
                            : 1s;
}

// What is told in vain is bounded, too, and so is what is lent before there is a place for it.
bool PollLoop::has_room() const
{
    return !desk_.paused && desk_.holdings.untold() < desk_.settings.untold_limit &&
           desk_.intake.crowd() < desk_.settings.crowd_limit;
}

asio::awaitable<void> PollLoop::room()
{
    while (!has_room() && is_enrolled()) {
        desk_.changed.clear();
        (void)co_await within(desk_.clock, desk_.now() + patience, desk_.changed.wait()); // a crowd goes without a word
    }
}

asio::awaitable<Result<PollLoop::Fetched>> PollLoop::fetch(Permit permit, std::chrono::seconds wait)
{
    colonies::AssignRequest request;
    request.colony = desk_.who.colony;
    request.wait = wait;
    request.cpu = left_text(desk_.settings.machine.cpu, desk_.holdings.cpu(), "m");
    request.memory = left_text(desk_.settings.machine.memory >> 10, desk_.holdings.memory() >> 10, "Ki");
    const TimePoint asked = desk_.now();
    const Counted one{desk_.asking};
    MayBeLost lent{desk_.unsure};
    auto process = co_await colonies::assign(desk_.caller(), std::move(request));
    const std::string unreadable = process ? "" : part<std::string>(process.error().details, "processid");
    if (process || !unreadable.empty() || !is_away(process.error()))
        lent.is_known();
    if (process) {
        desk_.server.answered();
        desk_.polled = asked;
        backoff_.reset();
        const Fetched fetched = has_waited(*process, desk_.now() - asked) ? Fetched::queued : Fetched::fresh;
        co_await arrivals_.take(std::move(permit), std::move(*process), {asked, desk_.now()});
        co_return fetched;
    }
    if (!unreadable.empty()) {
        desk_.server.answered();
        Lease lease;
        lease.executor = desk_.who.key.id();
        co_await arrivals_.refuse(unreadable, "unknown", std::move(lease), process.error());
        co_return Fetched::queued;
    }
    desk_.server.heard(process.error());
    if (colonies::refusal_of(process.error()) != Refusal::nothing_to_do)
        co_return process.error();
    desk_.polled = asked;
    backoff_.reset();
    co_return Fetched::nothing;
}

asio::awaitable<void> PollLoop::pause_after(const Failure& failure)
{
    const Refusal refusal = colonies::refusal_of(failure);
    if (refusal == Refusal::not_member && desk_.enrolled)
        co_return desk_.doubt();
    if (!is_away(failure) && refusal != Refusal::paused && complaint_ != failure.message)
        desk_.services.warn(complaint_ = failure.message);
    co_await sleep_for(desk_.clock, backoff_.next(desk_.random.next()));
}

// While it asks for no work, what was lent without its hearing waits, too.
bool PollLoop::is_enrolled() const
{
    return desk_.enrolled && (desk_.paused || (is_sure() && !time_.is_due())) && !enrolment_.has_news();
}

bool PollLoop::is_sure() const
{
    return !desk_.unsure && desk_.now() - looked_ < sure_for;
}

// Before any work is asked for: the server knows this executor, and this executor what it was lent.
asio::awaitable<void> PollLoop::enrolled()
{
    while (!is_enrolled()) {
        const auto done = co_await enrol_once();
        if (done) {
            desk_.server.answered();
            backoff_.reset();
            complaint_.clear();
            continue;
        }
        desk_.server.heard(done.error());
        co_await pause_after(done.error());
    }
}

asio::awaitable<Result<void>> PollLoop::enrol_once()
{
    if (!desk_.enrolled || enrolment_.has_news()) {
        desk_.enrolled = false;
        const auto done = co_await enrolment_.enrol();
        if (!done)
            co_return done.error();
        desk_.enrolled = true;
        if (*done)
            desk_.dismiss_all("the colony had removed the executor");
    }
    if (desk_.paused)
        co_return Result<void>{};
    if (time_.is_due())
        if (const auto learned = co_await time_.learn(); !learned)
            co_return learned;
    if (is_sure())
        co_return Result<void>{};
    const TimePoint looked = desk_.now();
    desk_.unsure = false; // what is lost from now on is looked for once more
    MayBeLost lent{desk_.unsure};
    const auto done = co_await recovery_.run();
    if (!done)
        co_return done.error();
    if (*done == Recovery::Rest::none) {
        lent.is_known();
        looked_ = looked;
    }
    co_return Result<void>{};
}

} // namespace forager::colony
