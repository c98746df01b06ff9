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

// The server's word about this process, which another time would not change.
bool is_final(const Failure& refused)
{
    const Refusal refusal = colonies::refusal_of(refused);
    return refusal == Refusal::already_closed || refusal == Refusal::not_assigned || refusal == Refusal::someone_elses;
}

// JSON, or the length of a request, cannot carry the output, or the server could not read it.
bool is_about_output(const Failure& refused)
{
    const Refusal refusal = colonies::refusal_of(refused);
    const auto said = part<std::string>(refused.details, "server_message");
    return refusal == Refusal::none || (refusal == Refusal::other && said.find("invalid JSON") != std::string::npos);
}

// A sentence that nobody knows as the answer to a close: a database's hiccup, or a proxy's opinion.
bool is_doubtful(const Failure& refused)
{
    return !is_final(refused) && !is_about_output(refused) && !colonies::is_gone(refused) &&
           colonies::refusal_of(refused) != Refusal::not_member;
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
    if (const auto said = co_await log_.flush(id); !said) { // after its end the server takes no lines of it
        heard_of_log(said.error());
        co_return false;
    }
    const auto told = co_await close(id, outcome, patient);
    if (told) {
        desk_.server.answered();
        desk_.settle(id, *told);
        co_return true;
    }
    desk_.server.heard(told.error());
    if (may_help(id, lease, told.error()))
        co_return false;
    if (!is_final(told.error())) {
        const bool ours = co_await is_ours(id, lease);
        if (ours)
            co_return false;
    }
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
    const bool doubtful = held != nullptr && is_doubtful(refused) && ++held->refusals <= most_refusals;
    return refusal == Refusal::not_member || lent_again || doubtful;
}

// Only the log may have trouble: whether the server is there others find out, but for one that nobody reaches.
void DeliveryLoop::heard_of_log(const Failure& failure)
{
    const Refusal refusal = colonies::refusal_of(failure);
    if (refusal == Refusal::not_member)
        desk_.doubt();
    else if (refusal == Refusal::none)
        desk_.server.heard(failure);
}

// What the server holds for running here it would lend anew if its outcome were forgotten, and it would be done twice.
asio::awaitable<bool> DeliveryLoop::is_ours(std::string id, Lease lease)
{
    const auto process = co_await colonies::get_process(desk_.caller(), id);
    if (const Held* held = desk_.holdings.find(id); held != nullptr && held->lease != lease)
        co_return true; // lent again while the server was asked
    if (!process)
        co_return !colonies::is_gone(process.error());
    co_return process->state == ProcessState::running && process->executor_id == desk_.who.key.id() &&
        process->retries == lease.retries;
}

// Gives what the record shall say of it. `patient`: what may be trouble of the server's is told another time.
asio::awaitable<Result<std::string>> DeliveryLoop::close(std::string id, Outcome outcome, bool patient)
{
    if (!outcome) {
        const auto failed = co_await colonies::close_failed(desk_.caller(), id, errors_of(outcome.error()));
        co_return with_note(failed, {});
    }
    const auto closed = co_await colonies::close_successful(desk_.caller(), id, std::move(*outcome));
    if (closed || is_away(closed.error()) || (patient && is_doubtful(closed.error())))
        co_return with_note(closed, {});
    const Refusal refusal = colonies::refusal_of(closed.error());
    if (refusal != Refusal::none && refusal != Refusal::other)
        co_return closed.error();
    // An output that JSON or the server cannot carry, or that it has refused again and again, is the function's
    // failure.
    const std::string problem = "its result cannot be told to the colony: " + closed.error().message;
    const auto failed = co_await colonies::close_failed(desk_.caller(), id, {problem});
    const bool heard_before = !failed && colonies::closed_as(failed.error()) == ProcessState::failed;
    co_return with_note(heard_before ? Result<void>{} : failed, problem);
}

} // namespace forager::colony
