// The scheduler's part about places: those that sleepers leave, those that are waited for, and how they are come back
// to.
#include "runtime/scheduler.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace forager {

namespace asio = boost::asio;

void Scheduler::Place::leave()
{
    if (resting + crowded > 1)
        return;
    permit = Permit{};
    held = false;
}

void Scheduler::Place::rest()
{
    ++resting;
    leave();
}

void Scheduler::Place::stir()
{
    resting -= resting > 0 ? 1 : 0;
}

void Scheduler::Place::step_aside()
{
    ++crowded;
    leave();
}

// Who waits for a place of its function keeps none of the agent's from others.
class Scheduler::Aside {
public:
    explicit Aside(Place* place) : place_{place}
    {
        if (place_ != nullptr)
            place_->step_aside();
    }
    Aside(const Aside&) = delete;
    Aside& operator=(const Aside&) = delete;
    ~Aside()
    {
        if (place_ != nullptr)
            place_->step_back();
    }

private:
    Place* place_;
};

Scheduler::Place* Scheduler::place_of(const Invocation& invocation)
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
    place->permit = co_await submitter().admission_.permit();
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

std::vector<std::string> Scheduler::crowded() const
{
    std::vector<std::string> ids;
    for (const auto& [id, place] : present_)
        if (place.crowded > 0)
            ids.push_back(id);
    return ids;
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

Scheduler::Rest::Rest(Scheduler& scheduler, const Invocation& invocation)
    : scheduler_{&scheduler}, invocation_{invocation}
{
    for_each_place([](Place& place) { place.rest(); });
    scheduler_->submitter().less_runs();
}

Scheduler::Rest::~Rest()
{
    if (scheduler_ != nullptr)
        for_each_place([](Place& place) { place.stir(); });
}

void Scheduler::Rest::for_each_place(const std::function<void(Place&)>& change) const
{
    auto& present = scheduler_->submitter().present_;
    if (const auto root = present.find(root_of(invocation_)); root != present.end())
        change(root->second);
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
    return {*this, invocation};
}

// All in the same order, the agent's place last: two that wait for each other's would wait for ever.
asio::awaitable<void> Scheduler::wake(Rest rest)
{
    const Invocation& invocation = rest.invocation_;
    {
        const Rest over = std::move(rest);
    }
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
