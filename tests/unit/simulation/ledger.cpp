#include "ledger.hpp"

#include "store/sealed.hpp"

namespace forager::test {

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
        know(one.id, {one.function, one.order_key, one.priority, one.not_before.has_value(), 0, now, false});
        Known& known = known_.at(one.id);
        known.ended = !one.outcome.empty();
        known.since = now;
        outcomes.emplace(one.id, one.outcome);
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

void Ledger::accepted(const Submission& submission, const std::string& id, TimePoint now)
{
    accepted_.insert(id);
    const Invocation& invocation = submission.invocation;
    know(id, {invocation.function, submission.order_key, submission.priority, submission.not_before.has_value(), 0, now,
              false});
    if (!submission.idempotency_key.empty())
        expect(ids_.emplace(submission.idempotency_key, id).first->second == id, "one for an idempotency key");
}

void Ledger::told(const std::string& id, const Outcome& outcome)
{
    told_[id] = store::seal(outcome);
    if (const auto known = known_.find(id); known != known_.end())
        known->second.ended = true;
    if (!outcome)
        failed_.insert(id);
}

void Ledger::begins(const Invocation& invocation, TimePoint now, const IsOut& is_out)
{
    expect(running_.insert(invocation.id).second, "it runs once at a time: " + invocation.id);
    const auto known = known_.find(invocation.id);
    if (known == known_.end())
        return; // accepted, and nobody has heard so yet
    expect(!known->second.ended || retried_.contains(invocation.id), "what has ended is not run again");
    check_order(invocation);
    check_priority(invocation, now, is_out);
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

// What was put at this very moment, or may wait for another reason, is nobody's evidence.
void Ledger::check_priority(const Invocation& invocation, TimePoint now, const IsOut& is_out)
{
    const Known& mine = known_.at(invocation.id);
    for (const auto& [id, other] : known_) {
        const bool could_go = !other.ended && other.order_key.empty() && !other.delayed && other.since < now &&
                              other.function != "sim.gone" && !retried_.contains(id) && !is_out(id);
        expect(!could_go || other.priority <= mine.priority, "the higher priority goes first");
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

std::vector<std::string> Ledger::open() const
{
    std::vector<std::string> ids;
    for (const std::string& id : accepted_)
        if (!known_.at(id).ended)
            ids.push_back(id);
    return ids;
}

void Ledger::close(const std::vector<Found>& invocations, WallTime now)
{
    for (const Found& one : invocations) {
        const bool waits = one.not_before && *one.not_before > now; // the clock was set back
        expect(!one.outcome.empty() || waits, "everything ends: " + one.function + " " + one.id);
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
