#include "primitives/replicas/deployments.hpp"

#include "core/reconcile/deployment.hpp"
#include "io/few_at_once.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <chrono>
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

// What identifies a replica is not the document's to say.
constexpr std::array<std::string_view, 6> identifying{"COLONIES_PRVKEY",      "COLONIES_EXECUTOR_NAME",
                                                      "COLONIES_EXECUTOR_ID", "COLONIES_EXECUTOR_TYPE",
                                                      "COLONIES_DEPLOYMENT",  "COLONIES_CONTAINER_NAME"};

using Environment = std::vector<std::pair<std::string, std::string>>;

bool has(const Environment& environment, const std::string& name)
{
    return std::ranges::any_of(environment, [&](const auto& entry) { return entry.first == name; });
}

Environment environment_of(const Environment& document, Environment identity)
{
    Environment all;
    for (const auto& entry : document)
        if (std::ranges::find(identifying, entry.first) == identifying.end() || !has(identity, entry.first))
            all.push_back(entry);
    for (auto& entry : identity)
        if (!has(all, entry.first))
            all.push_back(std::move(entry));
    return all;
}

const Instance* named(const std::vector<Instance>& there, const std::string& name)
{
    const auto found = std::ranges::find(there, name, &Instance::name);
    return found == there.end() ? nullptr : &*found;
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

Result<void> Deployments::claim(Remembered& remembered, const Key& key, const ReplicaRuntime& runtime) const
{
    const std::string name =
        "replicas " + runtime.place() + "\n" + key.origin + "\n" + key.space + "\n" + key.kind + "\n" + key.name;
    if (remembered.lock && remembered.locked == name)
        return {};
    auto lock = NameLock::take(name);
    if (!lock)
        return lock.error();
    if (!*lock) {
        Failure failure{Errc::refused, "another agent, or a 'forager reconcile', keeps " + to_text(key) +
                                           " on this machine: this one leaves it alone until that has ended"};
        failure.retry = false;
        return failure;
    }
    remembered.lock = std::move(*lock);
    remembered.locked = name;
    return {};
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
    const auto runtime = use(seen.wanted.runtime);
    if (!runtime)
        co_return runtime.error();
    Remembered& remembered = remembered_[document.key];
    if (const auto mine = claim(remembered, document.key, **runtime); !mine)
        co_return mine.error();
    if (auto left = co_await leave_others(document, seen.wanted); left.has_error())
        co_return left.error();
    auto there = co_await look(**runtime, seen.wanted, document.deleting);
    if (there.has_error())
        co_return there.error();
    seen.there = std::move(*there);
    seen.plan = planned(seen, remembered_[document.key].memory, document.deleting);
    ReconcilePass pass;
    co_await act(**runtime, seen, pass);
    const bool acted = !seen.plan.actions.empty();
    if (acted) {
        there = co_await (*runtime)->list(document.key);
        if (there.has_error())
            co_return there.error();
        remembered_[document.key].memory = seen.plan.memory;
        seen.there = std::move(*there);
        seen.plan = planned(seen, seen.plan.memory, document.deleting);
    }
    remembered_[document.key].memory = seen.plan.memory;
    const Phase phase = seen.plan.phase;
    pass.status = reconcile::status_of(seen.wanted, seen.there, seen.plan, parts_.clock.wall());
    pass.good = phase == Phase::running;
    pass.has_failed = seen.plan.has_failed && !was_well_like_this(document, seen.wanted);
    pass.gone = phase == Phase::deleted;
    pass.look_again = seen.plan.look_again;
    if (!is_settled(phase))
        pass.look_again = std::min(pass.look_again.value_or(short_look), short_look);
    if (acted && !seen.plan.actions.empty() && pass.problem.empty()) // there is more to do already
        pass.look_again = Duration{};
    if (!pass.problem.empty()) {
        pass.status.set("phase", reconcile::word(Phase::degraded));
        pass.status.set("message", pass.problem);
    }
    if (pass.gone)
        remembered_.erase(document.key);
    co_return pass;
}

// Of a runtime that an earlier form of the document named.
asio::awaitable<Result<void>> Deployments::leave_others(Document document, Deployment wanted)
{
    std::set<Runtime> others;
    for (const reconcile::Revision& revision : document.revisions)
        for (const Runtime runtime : all_runtimes)
            if (part<std::string>(revision.spec, "runtime") == word(runtime) ||
                (runtime == Runtime::docker && revision.spec.find("runtime") == nullptr))
                others.insert(runtime);
    others.erase(wanted.runtime);
    for (const Runtime other : others) {
        if (remembered_[document.key].empty.contains(other))
            continue;
        const auto runtime = use(other);
        if (!runtime)
            co_return runtime.error();
        auto there = co_await (*runtime)->list(document.key);
        if (there.has_error())
            co_return there.error();
        for (Instance& instance : *there) {
            auto stopped = co_await stop(**runtime, wanted, std::move(instance));
            if (stopped.has_error())
                co_return stopped.error();
        }
        remembered_[document.key].empty.insert(other);
    }
    remembered_[document.key].empty.erase(wanted.runtime);
    co_return Result<void>{};
}

asio::awaitable<Result<std::vector<Instance>>> Deployments::look(ReplicaRuntime& runtime, Deployment wanted,
                                                                 bool deleting)
{
    auto there = co_await runtime.list(wanted.key);
    if (there.has_error())
        co_return there;
    Remembered& remembered = remembered_[wanted.key];
    const TimePoint now = parts_.clock.now();
    const bool is_due = !remembered.identities_seen || now - *remembered.identities_seen > identities_age;
    if (wanted.replica.executor_type.empty() || !(is_due || deleting))
        co_return there;
    auto settled = co_await settle_identities(wanted, &*there, deleting);
    if (settled.has_error())
        co_return settled.error();
    remembered_[wanted.key].identities_seen = now;
    co_return there;
}

// Who is registered without a replica was cut off between two steps, and goes. A replica that nobody knows any more in
// the colony can do nothing there: it is taken for one of another template, and replaced.
asio::awaitable<Result<void>> Deployments::settle_identities(Deployment wanted, std::vector<Instance>* there,
                                                             bool deleting)
{
    auto registered = co_await parts_.identities.of(wanted);
    if (registered.has_error())
        co_return registered.error();
    for (const std::string& executor : *registered) {
        if (std::ranges::find(*there, executor, &Instance::executor) != there->end())
            continue;
        auto removed = co_await parts_.identities.remove(executor);
        if (removed.has_error())
            co_return removed.error();
    }
    for (Instance& instance : *there) {
        const bool is_known =
            instance.executor.empty() || std::ranges::find(*registered, instance.executor) != registered->end();
        if (is_known || deleting || instance.state == Instance::State::ended)
            continue;
        instance.print.clear();
        instance.trouble = "the colony does not know its executor " + instance.executor;
    }
    co_return Result<void>{};
}

asio::awaitable<void> Deployments::act(ReplicaRuntime& runtime, const Seen& seen, ReconcilePass& pass)
{
    const std::vector<Action>& actions = seen.plan.actions;
    for (std::size_t begin = 0; begin < actions.size() && pass.problem.empty();) {
        std::size_t end = begin;
        while (end < actions.size() && actions[end].kind == actions[begin].kind)
            ++end;
        std::vector<std::optional<Failure>> failures(end - begin);
        const std::size_t first = begin;
        const auto piece = [&](std::size_t index) { return act_noted(runtime, seen, first + index, failures[index]); };
        co_await few_at_once(at_once, end - begin, piece);
        for (std::size_t i = begin; i < end; ++i) {
            const auto& failure = failures[i - begin];
            if (!failure)
                pass.done.push_back(sentence_of(actions[i]));
            else if (pass.problem.empty())
                pass.problem = actions[i].name + ": " + failure->message;
        }
        begin = end;
    }
}

asio::awaitable<bool> Deployments::act_noted(ReplicaRuntime& runtime, const Seen& seen, std::size_t index,
                                             std::optional<Failure>& failure)
{
    const Action& action = seen.plan.actions[index];
    const Instance* instance = named(seen.there, action.name);
    Result<void> done;
    if (action.kind == Action::Kind::start)
        done = co_await start(runtime, seen.wanted, action.name);
    else if (instance != nullptr)
        done = co_await stop(runtime, seen.wanted, *instance);
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
    const auto runtime = parts_.runtime(seen.wanted.runtime);
    if (!runtime)
        co_return runtime.error();
    auto there = co_await (*runtime)->list(document.key);
    if (there.has_error())
        co_return there.error();
    seen.there = std::move(*there);
    const auto known = remembered_.find(document.key);
    const reconcile::Memory memory = known == remembered_.end() ? reconcile::Memory{} : known->second.memory;
    Array actions;
    for (const Action& action : planned(seen, memory, document.deleting).actions)
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
