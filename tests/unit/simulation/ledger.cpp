#include "ledger.hpp"

#include "store/sealed.hpp"

#include <algorithm>

namespace forager::test {

// What was due once is due, even if the clock is set back while it waits for room.
WallTime Ledger::Moment::latest_wall(TimePoint since) const
{
    WallTime latest = wall;
    for (const auto& [when, shown] : settings)
        if (when >= since)
            latest = std::max(latest, shown);
    return latest;
}

void Ledger::expect(bool kept, const std::string& promise)
{
    if (!kept)
        broken.push_back(promise);
}

void Ledger::know(const std::string& id, Known known)
{
    if (known_.contains(id))
        return;
    known.number = ++last_number_;
    known_.emplace(id, std::move(known));
}

void Ledger::found(const std::vector<Found>& invocations, TimePoint now)
{
    std::map<std::string, std::string> outcomes;
    for (const Found& one : invocations) {
        know(one.id, {one.function, one.order_key, one.priority, one.not_before, now});
        Known& known = known_.at(one.id);
        known.ended = !one.outcome.empty();
        known.since = now;
        outcomes.emplace(one.id, one.outcome);
        expect(one.ended == known.ended, "who has ended has an outcome, and nobody else: " + one.id);
        if (!one.idempotency_key.empty() && !one.idempotency_key.starts_with("cron "))
            expect(ids_.emplace(one.idempotency_key, one.id).first->second == one.id, "one for an idempotency key");
    }
    for (const std::string& id : accepted_)
        expect(outcomes.contains(id), "what was accepted is there: " + id);
    for (const auto& [id, outcome] : told_)
        expect(retried_.contains(id) || outcomes[id] == outcome, "what was told had been written: " + id);
}

void Ledger::found_steps(const std::map<std::pair<std::string, std::string>, std::string>& steps)
{
    const auto succeeded = [](const std::string& outcome) { return store::unseal_outcome(outcome)->has_value(); };
    for (const auto& [key, outcome] : steps_)
        if (succeeded(outcome)) {
            const auto now = steps.find(key);
            expect(now != steps.end() && now->second == outcome, "a recorded step stays: " + key.second);
        }
    steps_ = steps;
}

void Ledger::accepted(const Submission& submission, const Accepted& accepted, TimePoint now)
{
    const std::string& id = accepted.id;
    accepted_.insert(id);
    if (accepted.fresh) // else it goes by what was asked for at first
        know(id,
             {submission.invocation.function, submission.order_key, submission.priority, submission.not_before, now});
    if (!submission.idempotency_key.empty())
        expect(ids_.emplace(submission.idempotency_key, id).first->second == id, "one for an idempotency key");
}

void Ledger::told(const std::string& id, const Outcome& outcome)
{
    told_[id] = store::seal(outcome);
    if (const auto known = known_.find(id); known != known_.end())
        known->second.ended = true;
    if (outcome)
        return;
    failed_.insert(id);
    check_failure(id, outcome.error());
}

// Nothing of the simulated work fails but by cancellation, by chance, or because the agent died of it too often.
void Ledger::check_failure(const std::string& id, const Failure& failure)
{
    constexpr std::size_t tries = 3; // of the durable function
    const auto known = known_.find(id);
    const bool by_chance = failure.message.find(unlucky) != std::string::npos;
    if (failure.code == Errc::cancelled)
        expect(cancelled_.contains(id), "nothing is cancelled but what somebody cancels: " + id);
    else if (by_chance && known != known_.end() && known->second.function == "t.durable")
        expect(failures_[id] >= tries || retried_.contains(id), "a step that failed is tried again: " + id);
    else
        expect(by_chance || failure.code == Errc::limit, "nothing fails by itself: " + failure.message);
}

void Ledger::will_be_retried(const std::string& id)
{
    retried_.insert(id);
    cancelled_now_.erase(id);
    acknowledged_.erase(id);
}

void Ledger::cancels(const std::string& id)
{
    cancelled_.insert(id);
    cancelled_now_.insert(id);
}

void Ledger::leaves(const std::string& id)
{
    cancelled_.insert(id);
    leaving_.insert(id);
}

void Ledger::has_left(const std::string& id)
{
    // A life may have ended in between, and forgotten it.
    if (const auto one = leaving_.find(id); one != leaving_.end())
        leaving_.erase(one);
}

std::int64_t Ledger::signal_for(const std::string& id)
{
    sent_to_.push_back(id);
    return static_cast<std::int64_t>(sent_to_.size()) - 1;
}

void Ledger::begins(const Invocation& invocation, const Moment& moment, const IsOut& is_out)
{
    expect(running_.insert(invocation.id).second, "it runs once at a time: " + invocation.id);
    expect(!cancelled_now_.contains(invocation.id), "what is cancelled does not begin: " + invocation.id);
    expect(!acknowledged_.contains(invocation.id),
           "what was cancelled and acknowledged does not begin in any life: " + invocation.id);
    const auto known = known_.find(invocation.id);
    if (known == known_.end())
        return; // accepted, and nobody has heard so yet
    const bool retried = retried_.contains(invocation.id);
    expect(!known->second.ended || retried, "what has ended is not run again");
    const auto& not_before = known->second.not_before;
    const WallTime latest = moment.latest_wall(known->second.since);
    expect(retried || !not_before || latest + std::chrono::milliseconds{1} > *not_before,
           "nothing begins before its time: " + invocation.id);
    check_order(invocation);
    check_priority(invocation, moment.now, is_out);
}

void Ledger::check_order(const Invocation& invocation)
{
    const Known& mine = known_.at(invocation.id);
    if (mine.order_key.empty())
        return;
    expect(running_keys_.insert(mine.order_key).second, "one of an order key runs at a time");
    for (const auto& [id, other] : known_)
        if (other.order_key == mine.order_key && other.number < mine.number && !retried_.contains(id))
            expect(other.ended, "those of an order key run in the order of acceptance");
}

// Who waits for room of its own function holds up nobody else.
bool Ledger::could_have_room(const Known& other, const Known& mine)
{
    return other.function != "sim.limited" || mine.function == other.function;
}

// What was put at this very moment, or may wait for another reason, is nobody's evidence.
void Ledger::check_priority(const Invocation& invocation, TimePoint now, const IsOut& is_out)
{
    const Known& mine = known_.at(invocation.id);
    for (const auto& [id, other] : known_) {
        const bool could_go = !other.ended && other.order_key.empty() && !other.not_before && other.since < now &&
                              other.function != "sim.gone" && could_have_room(other, mine) && !retried_.contains(id) &&
                              !leaving_.contains(id) && !is_out(id);
        expect(!could_go || other.priority <= mine.priority,
               "the higher priority goes first: " + id + " before " + invocation.id);
    }
}

void Ledger::ends(const Invocation& invocation)
{
    running_.erase(invocation.id);
    if (const auto known = known_.find(invocation.id); known != known_.end())
        running_keys_.erase(known->second.order_key);
}

void Ledger::step_begins(const std::string& id, const std::string& name)
{
    const auto found = steps_.find({id, "step " + name});
    const bool recorded = found != steps_.end() && store::unseal_outcome(found->second)->has_value();
    expect(!recorded && !returned_.contains({id, name}), "a recorded step is not run again: " + name + " of " + id);
}

void Ledger::step_did(const std::string& id, const std::string& name, std::int64_t drawn)
{
    ++effects;
    drawn_[{id, name}] = drawn;
}

void Ledger::saw(const std::string& id, const std::string& what, const Value& value)
{
    expect(seen_.emplace(Place{id, what}, value).first->second == value,
           "what was seen stays so: " + what + " of " + id);
}

void Ledger::heard(const std::string& id, const std::string& wait, const Value& signal)
{
    saw(id, wait, signal);
    const std::int64_t number = *signal.get<std::int64_t>();
    expect(sent_to_.at(static_cast<std::size_t>(number)) == id, "a signal reaches whom it was sent to: " + id);
    const Place place{id, wait};
    expect(heard_.emplace(number, place).first->second == place, "a signal is heard once: " + wait + " of " + id);
}

std::vector<std::string> Ledger::open() const
{
    std::vector<std::string> ids;
    for (const std::string& id : accepted_)
        if (const auto known = known_.find(id); known != known_.end() && !known->second.ended)
            ids.push_back(id);
    return ids;
}

void Ledger::close(const std::vector<Found>& invocations, WallTime now)
{
    for (const Found& one : invocations) {
        const bool waits = one.not_before && *one.not_before > now; // the clock was set back
        expect(!one.outcome.empty() || waits, "everything ends: " + one.function + " " + one.id + " " + one.note);
        if (!one.outcome.empty() && one.function == "t.durable")
            check_result(one);
    }
}

// A list of who, which step, and what it drew.
void Ledger::check_result(const Found& one)
{
    const auto outcome = store::unseal_outcome(one.outcome);
    if (!*outcome)
        return;
    const Value result = as_one(**outcome);
    const auto* steps = result.get<Array>();
    for (const Value& step : steps == nullptr ? Array{} : *steps) {
        const Array& part = *step.get<Array>();
        const auto drawn = drawn_.find({*part[0].get<std::string>(), *part[1].get<std::string>()});
        expect(drawn != drawn_.end() && part[2] == Value{drawn->second}, "a result is what its steps did last");
    }
}

} // namespace forager::test
