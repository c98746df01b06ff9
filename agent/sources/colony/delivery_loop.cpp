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

constexpr std::size_t most_refusals = 20; // about a quarter of a minute

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

// A sentence that is not known with a status that says "my fault", as a database's hiccup has it.
bool has_own_trouble(const Failure& refused)
{
    return colonies::refusal_of(refused) == Refusal::other && refused.retry;
}

Result<std::string> with_note(const Result<void>& closed, std::string note)
{
    return closed ? Result<std::string>{std::move(note)} : Result<std::string>{closed.error()};
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
    if (held == nullptr || !held->outcome)
        co_return true;
    const Outcome outcome = *held->outcome;
    const Lease lease = held->lease;
    const bool patient = held->refusals < most_refusals;
    co_await log_.flush(id);
    const auto told = co_await close(id, outcome, patient);
    if (told) {
        desk_.server.answered();
        desk_.settle(id, *told);
        co_return true;
    }
    desk_.server.heard(told.error());
    if (may_help(id, lease, told.error()))
        co_return false;
    std::string note = note_of(told.error(), outcome);
    if (!note.empty())
        desk_.services.warn("the outcome of process " + id + " counts no more: " + note);
    desk_.settle(id, std::move(note));
    co_return true;
}

// Whether it may be heard another time.
bool DeliveryLoop::may_help(const std::string& id, const Lease& lease, const Failure& refused)
{
    if (is_away(refused))
        return true;
    const Refusal refusal = colonies::refusal_of(refused);
    if (refusal == Refusal::not_member) // registered again it hears whether the process is still this one's
        desk_.doubt();
    Held* held = desk_.holdings.find(id);
    const bool lent_again = held != nullptr && held->lease != lease; // while the server was asked
    const bool own_trouble = held != nullptr && has_own_trouble(refused) && ++held->refusals <= most_refusals;
    return refusal == Refusal::not_member || lent_again || own_trouble;
}

// Gives what the record shall say of it. `patient`: what the server has trouble with is told another time.
asio::awaitable<Result<std::string>> DeliveryLoop::close(std::string id, Outcome outcome, bool patient)
{
    if (!outcome) {
        const auto failed = co_await colonies::close_failed(desk_.caller(), id, errors_of(outcome.error()));
        co_return with_note(failed, {});
    }
    const auto closed = co_await colonies::close_successful(desk_.caller(), id, std::move(*outcome));
    if (closed || is_away(closed.error()) || (patient && has_own_trouble(closed.error())))
        co_return with_note(closed, {});
    const Refusal refusal = colonies::refusal_of(closed.error());
    if (refusal != Refusal::none && refusal != Refusal::other)
        co_return closed.error();
    // An output that JSON or the server cannot carry is a failure of the function.
    const std::string problem = "its result cannot be told to the colony: " + closed.error().message;
    const auto failed = co_await colonies::close_failed(desk_.caller(), id, {problem});
    const bool heard_before = !failed && colonies::closed_as(failed.error()) == ProcessState::failed;
    co_return with_note(heard_before ? Result<void>{} : failed, problem);
}

} // namespace forager::colony
