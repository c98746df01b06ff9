#include "sources/colony/delivery_loop.hpp"

#include "clients/colonies/calls/processes.hpp"
#include "clients/colonies/refusal.hpp"

#include <optional>
#include <utility>

namespace forager::colony {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using colonies::ProcessState;
using colonies::Refusal;

namespace {

// Why the server does not take it, where another time would not help; empty: it has heard it before.
std::string note_of(const Failure& refused, const Outcome& outcome)
{
    const Refusal refusal = colonies::refusal_of(refused);
    if (refusal == Refusal::already_closed) {
        const auto state = colonies::closed_as(refused);
        const bool as_told = state == (outcome ? ProcessState::successful : ProcessState::failed);
        return as_told || !state ? "" : "the colony has it as " + std::string{colonies::word(*state)};
    }
    if (refusal == Refusal::not_assigned || refusal == Refusal::someone_elses)
        return "the colony had taken it back before it heard the outcome";
    return "the colony did not take the outcome: " + refused.message;
}

} // namespace

DeliveryLoop::DeliveryLoop(Desk& desk, ProcessLog& log) : desk_{desk}, log_{log}, backoff_{100ms, 2s} {}

asio::awaitable<void> DeliveryLoop::run()
{
    for (;;) {
        co_await something_finished();
        co_await deliver_or_pause();
    }
}

asio::awaitable<void> DeliveryLoop::deliver_or_pause()
{
    if (co_await deliver_next())
        backoff_.reset();
    else
        co_await sleep_for(desk_.clock, backoff_.next(desk_.random.next()));
}

// What is not told stays the next one, also when this is cancelled.
asio::awaitable<bool> DeliveryLoop::deliver_next()
{
    const auto id = desk_.holdings.take_finished();
    if (!id)
        co_return true;
    bool told = false;
    try {
        told = co_await deliver(*id);
    } catch (...) {
        desk_.holdings.put_back(*id);
        throw;
    }
    if (!told)
        desk_.holdings.put_back(*id);
    co_return told;
}

asio::awaitable<void> DeliveryLoop::something_finished()
{
    while (!desk_.holdings.has_finished()) {
        desk_.finished.clear();
        co_await desk_.finished.wait();
    }
}

// False: not yet.
asio::awaitable<bool> DeliveryLoop::deliver(std::string id)
{
    const Held* held = desk_.holdings.find(id);
    if (held == nullptr)
        co_return true;
    const Outcome outcome = *held->outcome;
    co_await log_.flush(id);
    const auto told = co_await close(id, outcome);
    if (told) {
        desk_.server.answered();
        desk_.settle(id, {});
        co_return true;
    }
    desk_.server.heard(told.error());
    // Unknown to the server for the moment: registered again it hears whether the process is still this one's.
    if (is_away(told.error()) || colonies::refusal_of(told.error()) == Refusal::not_member)
        co_return false;
    std::string note = note_of(told.error(), outcome);
    if (!note.empty())
        desk_.services.warn("the outcome of process " + id + " counts no more: " + note);
    desk_.settle(id, std::move(note));
    co_return true;
}

asio::awaitable<Result<void>> DeliveryLoop::close(std::string id, Outcome outcome)
{
    if (!outcome)
        co_return co_await colonies::close_failed(desk_.caller(), id, errors_of(outcome.error()));
    const auto closed = co_await colonies::close_successful(desk_.caller(), id, std::move(*outcome));
    if (closed || is_away(closed.error()))
        co_return closed;
    const Refusal refusal = colonies::refusal_of(closed.error());
    if (refusal != Refusal::none && refusal != Refusal::other)
        co_return closed;
    // An output that JSON or the server cannot carry is a failure of the function.
    co_return co_await colonies::close_failed(desk_.caller(), id,
                                              {"its result cannot be told to the colony: " + closed.error().message});
}

} // namespace forager::colony
