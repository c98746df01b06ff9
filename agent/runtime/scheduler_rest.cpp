// The scheduler's part about places: those that sleepers leave, those that are waited for, and how they are come back
// to.
#include "runtime/scheduler.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

// Before all that is new: what goes on comes to its end. A source waits with the priority 0.
int priority_of_return(int priority)
{
    constexpr int most = 1'000'000;
    return most + 1 + std::clamp(priority, -most, most);
}

} // namespace

void Scheduler::Place::leave(std::size_t Place::* reason)
{
    ++(this->*reason);
    if (reasons() > 1)
        return;
    permit = Permit{};
    held = false;
}

// A place may be another one by now, of the next try.
void Scheduler::Place::come_back(std::size_t Place::* reason)
{
    this->*reason -= this->*reason > 0 ? 1 : 0;
}

// Who waits for a place of its function keeps none of the agent's from others.
class Scheduler::Aside {
public:
    explicit Aside(Place* place) : place_{place}
    {
        if (place_ != nullptr)
            place_->leave(&Place::crowded);
    }
    Aside(const Aside&) = delete;
    Aside& operator=(const Aside&) = delete;
    ~Aside()
    {
        if (place_ != nullptr)
            place_->come_back(&Place::crowded);
    }

private:
    Place* place_;
};

Scheduler::Place* Scheduler::place_of(const Invocation& invocation) const
{
    auto& present = submitter().present_;
    const auto found = present.find(root_of(invocation));
    return found == present.end() ? nullptr : &found->second;
}

asio::awaitable<void> Scheduler::take_place(const Invocation& invocation)
{
    Place* place = place_of(invocation);
    if (place == nullptr || !place->is_wanted())
        co_return;
    place->held = true;
    place->permit = co_await submitter().admission_.permit(priority_of_return(place->priority));
}

asio::awaitable<Result<Permit>> Scheduler::permit_for(const Function& function, const Invocation& invocation)
{
    Place* place = invocation.chain.empty() ? place_of(invocation) : nullptr;
    if (place != nullptr && place->first)
        co_return *std::exchange(place->first, std::nullopt);
    auto permit =
        limits_.room(function) > 0 ? limits_.permit(function, invocation, 0) : wait_aside(function, invocation);
    co_return co_await std::move(permit);
}

asio::awaitable<Result<Permit>> Scheduler::wait_aside(const Function& function, const Invocation& invocation)
{
    if (Progress* progress = running_.find(invocation.id))
        progress->tell(State::waiting, "until fewer than " + std::to_string(function.concurrency) + " run");
    Place* place = place_of(invocation);
    std::optional<Result<Permit>> permit;
    {
        const Aside aside{place};
        permit = co_await limits_.permit(function, invocation, place == nullptr ? 0 : place->priority);
    }
    co_await take_place(invocation);
    co_return std::move(*permit);
}

std::size_t Scheduler::room_for(const std::string& function) const
{
    const auto found = registry_.find(function);
    return found ? limits_.room((*found)->function) : no_limit;
}

std::vector<std::string> Scheduler::submitted_where(const std::function<bool(const Place&)>& fits) const
{
    std::vector<std::string> ids;
    for (const auto& [id, place] : present_)
        if (fits(place))
            ids.push_back(id);
    return ids;
}

std::vector<std::string> Scheduler::asleep() const
{
    return submitted_where([](const Place& place) { return place.resting > 0; });
}

std::vector<std::string> Scheduler::away() const
{
    return submitted_where([](const Place& place) { return place.away > 0 && place.resting == 0; });
}

std::vector<std::string> Scheduler::crowded() const
{
    return submitted_where([](const Place& place) { return place.crowded > 0; });
}

Scheduler::Seat::Seat(Scheduler& scheduler, const Function& function, const Invocation& invocation, Permit permit)
    : function{function}, invocation{invocation}, place{std::move(permit)}, scheduler_{scheduler}
{
    if (function.concurrency > 0)
        scheduler_.seats_.emplace(invocation.id, this);
}

Scheduler::Seat::~Seat()
{
    const auto found = scheduler_.seats_.find(invocation.id);
    if (found != scheduler_.seats_.end() && found->second == this)
        scheduler_.seats_.erase(found);
}

Scheduler::Rest::Rest(Scheduler& scheduler, const Invocation& invocation, std::size_t Place::* reason)
    : scheduler_{&scheduler}, invocation_{invocation}, reason_{reason}
{
    for_each_place([reason](Place& place) { place.leave(reason); });
    const Place* place = scheduler.place_of(invocation);
    scheduler.submitter().away_ += reason == &Place::away && place != nullptr && place->away == 1 ? 1 : 0;
    scheduler.submitter().less_runs();
}

// Who is cut off goes on at once, also without a place, but takes one that is free.
Scheduler::Rest::~Rest()
{
    if (scheduler_ == nullptr)
        return;
    Scheduler& scheduler = *scheduler_;
    end();
    Place* place = scheduler.place_of(invocation_);
    if (place == nullptr || !place->is_wanted())
        return;
    if (auto permit = scheduler.submitter().permit_now()) {
        place->permit = std::move(*permit);
        place->held = true;
    }
}

void Scheduler::Rest::end()
{
    const Place* place = scheduler_->place_of(invocation_);
    scheduler_->submitter().away_ -= reason_ == &Place::away && place != nullptr && place->away == 1 ? 1 : 0;
    for_each_place([this](Place& place) { place.come_back(reason_); });
    scheduler_ = nullptr;
}

void Scheduler::Rest::for_each_place(const std::function<void(Place&)>& change) const
{
    if (Place* root = scheduler_->place_of(invocation_))
        change(*root);
    const auto change_seat = [&](const std::string& id) {
        if (const auto seat = scheduler_->seats_.find(id); seat != scheduler_->seats_.end())
            change(seat->second->place);
    };
    for (const Caller& caller : invocation_.chain)
        change_seat(caller.id);
    change_seat(invocation_.id);
}

Scheduler::Rest Scheduler::rest(const Invocation& invocation, const std::string& note)
{
    if (Progress* progress = running_.find(invocation.id))
        progress->tell(State::sleeping, note);
    if (stopping()) // at the next turn: a coroutine that cancels itself before it ever waited ends the whole loop
        asio::post(executor_, [&all = submitter().submitted_, root = root_of(invocation)] { all.cancel(root); });
    return {*this, invocation, &Place::resting};
}

Scheduler::Rest Scheduler::step_out(const Invocation& invocation, const std::string& note)
{
    if (Progress* progress = running_.find(invocation.id))
        progress->tell(State::sleeping, note);
    return {*this, invocation, &Place::away};
}

Result<void> Scheduler::may_step_out(const Invocation& invocation) const
{
    const Place* place = place_of(invocation);
    if (place == nullptr || place->away > 0 || submitter().away_ < config_.away)
        return {};
    return Failure{Errc::limit, std::to_string(submitter().away_) +
                                    " invocations wait for the colony at once, as many as limits.queue allows: let "
                                    "some end, or raise it"};
}

// All in the same order, the agent's place last: two that wait for each other's would wait for ever.
asio::awaitable<void> Scheduler::wake(Rest rest)
{
    const Invocation& invocation = rest.invocation_;
    rest.end();
    for (const Caller& caller : invocation.chain)
        co_await sit_down_again(caller.id);
    co_await sit_down_again(invocation.id);
    co_await take_place(invocation);
    if (Progress* progress = running_.find(invocation.id))
        progress->tell(State::running, {});
}

// When only its own callers could make room, it goes on without a place: it has begun long ago.
asio::awaitable<void> Scheduler::sit_down_again(const std::string& id)
{
    const auto found = seats_.find(id);
    if (found == seats_.end() || !found->second->place.is_wanted())
        co_return;
    Seat& seat = *found->second;
    seat.place.held = true;
    auto permit = co_await permit_for(seat.function, seat.invocation);
    if (permit)
        seat.place.permit = std::move(*permit);
}

} // namespace forager
