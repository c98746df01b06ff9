#include "primitives/replicas/deployments.hpp"

#include "core/reconcile/deployment.hpp"
#include "io/few_at_once.hpp"
#include "ports/within.hpp"
#include "primitives/replicas/replica_environment.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <utility>

namespace forager::replicas {

namespace asio = boost::asio;
using reconcile::Action;
using reconcile::Deployment;
using reconcile::Document;
using reconcile::Instance;
using reconcile::Key;
using reconcile::Phase;
using reconcile::Runtime;

namespace {

constexpr std::size_t at_once = 8;                           // replicas of one document that are started or stopped
constexpr Duration short_look = std::chrono::seconds{1};     // while something is under way
constexpr Duration identities_age = std::chrono::minutes{1}; // before the colony is asked again who is registered

constexpr std::array<Runtime, 3> all_runtimes{Runtime::docker, Runtime::kubernetes, Runtime::local};

const Instance* meant_by(const Action& action, const std::vector<Instance>& there)
{
    const auto found = std::ranges::find_if(there, [&](const Instance& instance) {
        return instance.name == action.name && instance.runtime == action.runtime;
    });
    return found == there.end() ? nullptr : &*found;
}

// Of the document's forms, as far as they are kept; the present one is among them.
std::set<Runtime> runtimes_of(const Document& document)
{
    std::set<Runtime> named;
    for (const reconcile::Revision& revision : document.revisions)
        for (const Runtime runtime : all_runtimes)
            if (part<std::string>(revision.spec, "runtime") == word(runtime) ||
                (runtime == Runtime::docker && revision.spec.find("runtime") == nullptr))
                named.insert(runtime);
    return named;
}

std::string sentence_of(const Action& action)
{
    return (action.kind == Action::Kind::start ? "started " : "stopped ") + action.name + ": " + action.reason;
}

reconcile::Strictness strictness_of(bool lenient)
{
    return lenient ? reconcile::Strictness::lenient : reconcile::Strictness::strict;
}

bool is_settled(Phase phase)
{
    return phase == Phase::running || phase == Phase::paused || phase == Phase::deleted;
}

} // namespace

Result<void> Deployments::check(const Object& document, bool lenient) const
{
    const auto wanted = reconcile::deployment_of(document, strictness_of(lenient));
    if (!wanted)
        return wanted.error();
    const auto runtime = parts_.runtime(wanted->runtime);
    if (!runtime)
        return runtime.error();
    return (*runtime)->check(*wanted);
}

Result<Deployment> Deployments::wanted_by(const Document& document) const
{
    auto wanted =
        reconcile::deployment_of(reconcile::effective_document(document), strictness_of(!document.key.origin.empty()));
    if (!wanted)
        return wanted;
    wanted->key = document.key;
    wanted->id = document.id;
    wanted->paused = wanted->paused || document.paused;
    wanted->replica.forced += document.forced;
    return wanted;
}

// Whether the last form that was good before had the same replicas, if perhaps another number of them: then it is not
// the change that has failed.
bool Deployments::was_well_like_this(const Document& document, const Deployment& wanted) const
{
    const std::int64_t generation = document.effective().generation;
    const auto earlier =
        std::find_if(document.revisions.rbegin(), document.revisions.rend(), [&](const auto& revision) {
            return revision.good && revision.failure.empty() && revision.generation < generation;
        });
    if (earlier == document.revisions.rend())
        return false;
    Document before = document;
    before.revisions = {*earlier};
    const auto well = wanted_by(before);
    return well.has_value() && well->runtime == wanted.runtime &&
           reconcile::print_of(well->replica) == reconcile::print_of(wanted.replica);
}

Result<ReplicaRuntime*> Deployments::use(Runtime runtime)
{
    auto access = parts_.runtime(runtime);
    if (access && in_use_.insert(runtime).second) {
        used_.set();
        used_.clear();
    }
    return access;
}

// Nobody else on this machine may keep it there.
Result<ReplicaRuntime*> Deployments::claim(const Key& key, Runtime runtime)
{
    auto access = use(runtime);
    if (!access)
        return access;
    const std::string name =
        "replicas " + (*access)->place() + "\n" + key.origin + "\n" + key.space + "\n" + key.kind + "\n" + key.name;
    auto& locks = remembered_[key].locks;
    if (locks.contains(runtime))
        return access;
    auto lock = NameLock::take(name);
    if (!lock)
        return lock.error();
    if (!*lock) {
        Failure failure{Errc::refused, "another agent, or a 'forager reconcile', keeps " + to_text(key) +
                                           " on this machine: this one leaves it alone until that has ended"};
        failure.retry = false;
        return failure;
    }
    locks.emplace(runtime, std::move(**lock));
    return access;
}

reconcile::Plan Deployments::planned(const Seen& seen, const reconcile::Memory& memory, bool deleting) const
{
    return reconcile::plan({seen.wanted, seen.there, memory, parts_.clock.wall(), parts_.random.next(), deleting});
}

asio::awaitable<Result<ReconcilePass>> Deployments::pass(Document document)
{
    Seen seen;
    auto wanted = wanted_by(document);
    if (wanted.has_error())
        co_return wanted.error();
    seen.wanted = std::move(*wanted);
    auto looked = co_await look(document, seen);
    if (looked.has_error())
        co_return looked.error();
    ReconcilePass pass;
    co_await act(seen, pass);
    co_await look_around(document, pass); // behind what is to be done: who is away is waited for
    const bool acted = !seen.plan.actions.empty();
    if (acted) {
        looked = co_await look(document, seen);
        if (looked.has_error())
            co_return looked.error();
    }
    judge(document, seen, pass);
    if (acted && !seen.plan.actions.empty() && pass.problem.empty()) // there is more to do already
        pass.look_again = Duration{};
    if (pass.gone)
        remembered_.erase(document.key);
    co_return pass;
}

void Deployments::judge(const Document& document, const Seen& seen, ReconcilePass& pass) const
{
    const Phase phase = seen.plan.phase;
    pass.status = reconcile::status_of(seen.wanted, seen.there, seen.plan, parts_.clock.wall());
    pass.good = phase == Phase::running;
    if (!was_well_like_this(document, seen.wanted))
        pass.failure = seen.plan.failure;
    pass.can_be_taken_back = seen.wanted.rolling.roll_back;
    pass.gone = phase == Phase::deleted && seen.unseen.empty();
    pass.look_again = seen.plan.look_again;
    if (!is_settled(phase))
        pass.look_again = std::min(pass.look_again.value_or(short_look), short_look);
    if (!seen.unseen.empty()) {
        pass.status.set("phase", reconcile::word(document.deleting ? Phase::deleting : Phase::degraded));
        pass.status.set("message", seen.unseen);
    }
    if (!pass.problem.empty()) {
        pass.status.set("phase", reconcile::word(Phase::degraded));
        pass.status.set("message", pass.problem);
    }
}

// What is there, and what is to be done.
asio::awaitable<Result<void>> Deployments::look(const Document& document, Seen& seen)
{
    const Key key = document.key;
    if (const auto mine = claim(key, seen.wanted.runtime); !mine)
        co_return mine.error();
    auto there = co_await listed(key, seen.wanted.runtime);
    if (there.has_error())
        co_return there.error();
    seen.there = std::move(*there);
    seen.unseen.clear();
    remembered_[key].empty.erase(seen.wanted.runtime);
    co_await look_elsewhere(document, seen);
    auto settled = co_await settle_identities(seen, document.deleting);
    if (settled.has_error())
        co_return settled.error();
    seen.plan = planned(seen, remembered_[key].memory, document.deleting);
    remembered_[key].memory = seen.plan.memory;
    co_return Result<void>{};
}

// What an earlier form of the document has left on another runtime is replaced as anything old is. One that cannot be
// seen holds up nothing.
asio::awaitable<void> Deployments::look_elsewhere(const Document& document, Seen& seen)
{
    for (const Runtime other : runtimes_of(document)) {
        if (other == seen.wanted.runtime || remembered_[document.key].empty.contains(other))
            continue;
        Result<std::vector<Instance>> left;
        if (const auto mine = claim(document.key, other); !mine)
            left = mine.error();
        else
            left = co_await listed(document.key, other);
        if (!left) {
            seen.unseen = "what is left of it on " + std::string{word(other)} +
                          " cannot be seen, nor removed: " + left.error().message;
        } else if (left->empty()) {
            remembered_[document.key].empty.insert(other);
            remembered_[document.key].locks.erase(other);
        } else {
            std::ranges::move(*left, std::back_inserter(seen.there));
        }
    }
}

// Whoever made it so before on yet another runtime, a 'forager reconcile' that is over perhaps, may have meant it:
// another machine's agent may keep a document of this name there. So this is told, once, and no more.
asio::awaitable<void> Deployments::look_around(const Document& document, ReconcilePass& pass)
{
    constexpr Duration patience = std::chrono::seconds{2}; // it is no more than a courtesy
    if (std::exchange(remembered_[document.key].has_looked_around, true))
        co_return;
    const std::set<Runtime> named = runtimes_of(document);
    for (const Runtime other : all_runtimes) {
        if (named.contains(other))
            continue;
        auto there = co_await within(parts_.clock, parts_.clock.now() + patience, listed(document.key, other), "");
        if (!there || there->empty())
            continue;
        const std::string where{word(other)};
        pass.noticed.push_back(std::to_string(there->size()) + " of its replicas " +
                               (there->size() == 1 ? "is" : "are") + " on " + where +
                               ", where this document does not want any, and left alone: with 'runtime: " + where +
                               "' in it, 'forager reconcile --delete' removes them");
    }
}

asio::awaitable<Result<std::vector<Instance>>> Deployments::listed(Key key, Runtime runtime) const
{
    const auto access = parts_.runtime(runtime);
    if (!access)
        co_return access.error();
    auto there = co_await (*access)->list(std::move(key));
    if (there.has_error())
        co_return there;
    for (Instance& instance : *there)
        instance.runtime = runtime;
    co_return there;
}

// Who is registered without a replica was cut off between two steps, and goes. A replica that nobody knows any more in
// the colony can do nothing there: it is taken for one of another template, and replaced.
asio::awaitable<Result<void>> Deployments::settle_identities(Seen& seen, bool deleting)
{
    const TimePoint now = parts_.clock.now();
    const auto last = remembered_[seen.wanted.key].identities_seen;
    const bool is_due = deleting || !last || now - *last > identities_age;
    if (seen.wanted.replica.executor_type.empty() || !is_due || !seen.unseen.empty())
        co_return Result<void>{};
    auto registered = co_await parts_.identities.of(seen.wanted);
    if (registered.has_error())
        co_return registered.error();
    for (const std::string& executor : *registered) {
        if (std::ranges::find(seen.there, executor, &Instance::executor) != seen.there.end())
            continue;
        auto removed = co_await parts_.identities.remove(executor);
        if (removed.has_error())
            co_return removed.error();
    }
    for (Instance& instance : seen.there) {
        const bool is_known =
            instance.executor.empty() || std::ranges::find(*registered, instance.executor) != registered->end();
        if (is_known || deleting || instance.state == Instance::State::ended)
            continue;
        instance.print.clear();
        instance.trouble = "the colony does not know its executor " + instance.executor;
    }
    remembered_[seen.wanted.key].identities_seen = now;
    co_return Result<void>{};
}

// Where the replicas are to be, what cannot be done holds up the rest.
asio::awaitable<void> Deployments::act(const Seen& seen, ReconcilePass& pass)
{
    const std::vector<Action>& actions = seen.plan.actions;
    bool is_stuck = false;
    for (std::size_t begin = 0; begin < actions.size() && !is_stuck;) {
        std::size_t end = begin;
        while (end < actions.size() && actions[end].kind == actions[begin].kind)
            ++end;
        std::vector<std::optional<Failure>> failures(end - begin);
        const std::size_t first = begin;
        const auto piece = [&](std::size_t index) { return act_noted(seen, actions[first + index], failures[index]); };
        co_await few_at_once(at_once, end - begin, piece);
        for (std::size_t i = begin; i < end; ++i) {
            const auto& failure = failures[i - begin];
            if (!failure)
                pass.done.push_back(sentence_of(actions[i]));
            else if (pass.problem.empty())
                pass.problem = actions[i].name + ": " + failure->message;
            is_stuck = is_stuck || (failure && actions[i].runtime == seen.wanted.runtime);
        }
        begin = end;
    }
}

asio::awaitable<bool> Deployments::act_noted(const Seen& seen, const Action& action, std::optional<Failure>& failure)
{
    const Instance* instance = meant_by(action, seen.there);
    const auto runtime = parts_.runtime(action.runtime);
    Result<void> done;
    if (!runtime)
        done = runtime.error();
    else if (action.kind == Action::Kind::start)
        done = co_await start(**runtime, seen.wanted, action.name);
    else if (instance != nullptr)
        done = co_await stop(**runtime, seen.wanted, *instance);
    if (done.has_error())
        failure = done.error();
    co_return true;
}

asio::awaitable<Result<void>> Deployments::start(ReplicaRuntime& runtime, Deployment wanted, std::string name)
{
    auto identity = co_await parts_.identities.make(wanted, name);
    if (identity.has_error())
        co_return identity.error();
    NewReplica replica;
    replica.name = std::move(name);
    replica.executor = identity->executor;
    replica.env = environment_of(wanted.replica.env, std::move(identity->env));
    auto started = co_await runtime.start(wanted, std::move(replica));
    if (started.has_error() && !identity->executor.empty())
        (void)co_await parts_.identities.remove(identity->executor); // else the next look finds it
    co_return started;
}

asio::awaitable<Result<void>> Deployments::stop(ReplicaRuntime& runtime, Deployment wanted, Instance instance)
{
    std::string executor = instance.executor;
    auto stopped = co_await runtime.stop(std::move(wanted), std::move(instance));
    if (stopped.has_error() || executor.empty())
        co_return stopped;
    auto removed = co_await parts_.identities.remove(std::move(executor));
    co_return removed;
}

asio::awaitable<Result<Array>> Deployments::preview(Document document)
{
    Seen seen;
    auto wanted = wanted_by(document);
    if (wanted.has_error())
        co_return wanted.error();
    seen.wanted = std::move(*wanted);
    auto there = co_await listed(document.key, seen.wanted.runtime);
    if (there.has_error())
        co_return there.error();
    seen.there = std::move(*there);
    for (const Runtime other : runtimes_of(document)) {
        if (other == seen.wanted.runtime)
            continue;
        auto left = co_await listed(document.key, other);
        if (left.has_value())
            std::ranges::move(*left, std::back_inserter(seen.there));
    }
    const auto known = remembered_.find(document.key);
    const reconcile::Memory memory = known == remembered_.end() ? reconcile::Memory{} : known->second.memory;
    Array actions;
    for (const Action& action : reconcile::foreseen(
             {seen.wanted, seen.there, memory, parts_.clock.wall(), parts_.random.next(), document.deleting}))
        actions.emplace_back(Object{{"action", action.kind == Action::Kind::start ? "start" : "stop"},
                                    {"name", action.name},
                                    {"reason", action.reason}});
    co_return actions;
}

asio::awaitable<Failure> Deployments::watch(std::function<void(const Key& key)> changed)
{
    const auto piece = [&](std::size_t index) { return hear(all_runtimes[index], changed); };
    co_await few_at_once(all_runtimes.size(), all_runtimes.size(), piece);
    co_return Failure{Errc::refused, "nothing is heard any more"};
}

asio::awaitable<bool> Deployments::hear(Runtime runtime, std::function<void(const Key& key)> changed)
{
    while (!in_use_.contains(runtime)) {
        co_await used_.wait();
        co_await asio::this_coro::throw_if_cancelled(true);
    }
    Backoff backoff{std::chrono::milliseconds{200}, std::chrono::seconds{5}};
    for (;;) {
        const auto access = parts_.runtime(runtime);
        const TimePoint begun = parts_.clock.now();
        if (access)
            (void)co_await (*access)->watch(changed);
        if (parts_.clock.now() - begun > std::chrono::seconds{30})
            backoff.reset();
        co_await sleep_for(parts_.clock, backoff.next(parts_.random.next()));
    }
}

} // namespace forager::replicas
