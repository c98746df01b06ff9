// The scheduler's part about those who sleep: the places that they leave, and how they come back to them.
#include "runtime/scheduler.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace forager {

namespace asio = boost::asio;

void Scheduler::Place::rest()
{
    if (++resting > 1)
        return;
    permit = Permit{};
    held = false;
}

void Scheduler::Place::stir()
{
    resting -= resting > 0 ? 1 : 0;
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

// In the order in which they were taken at the beginning: two that wait for each other's would wait for ever.
asio::awaitable<void> Scheduler::wake(Rest rest)
{
    const Invocation& invocation = rest.invocation_;
    {
        const Rest over = std::move(rest);
    }
    const auto present = submitter().present_.find(root_of(invocation));
    if (present != submitter().present_.end() && present->second.is_wanted()) {
        present->second.held = true;
        present->second.permit = co_await submitter().admission_.permit();
    }
    for (const Caller& caller : invocation.chain)
        co_await sit_down_again(caller.id);
    co_await sit_down_again(invocation.id);
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
