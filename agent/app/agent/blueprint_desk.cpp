#include "app/agent/blueprint_desk.hpp"

#include "clients/colonies/calls/blueprints.hpp"
#include "clients/colonies/refusal.hpp"
#include "ports/within.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace forager {

namespace asio = boost::asio;
using colonies::Blueprint;
using reconcile::Claims;
using reconcile::Key;

namespace {

constexpr Duration between_glances = std::chrono::milliseconds{100};

bool is_in(std::string_view phase, std::initializer_list<std::string_view> phases)
{
    return std::ranges::find(phases, phase) != phases.end();
}

std::string phase_of(const Object& status)
{
    return part<std::string>(status, "phase");
}

} // namespace

BlueprintDesk::BlueprintDesk(Parts parts)
    : parts_{std::move(parts)},
      nap_{parts_.executor, parts_.clock},
      claims_{parts_.handlers.empty() ? std::string{} : parts_.handlers.front().name},
      leftovers_{{parts_.runtime, parts_.identities, [this](const Key& key) { return kept(key).has_value(); },
                  parts_.inform, parts_.warn}},
      reports_{
          {parts_.executor, parts_.clock, parts_.member, [this](const Key& key) { return status(key); }, parts_.warn}}
{
}

void BlueprintDesk::start(Supervisor& loops)
{
    if (!serves())
        return;
    loops.start("blueprints", [this] { return run(); });
    loops.start("blueprint reports", [this] { return reports_.run(); });
}

void BlueprintDesk::changed(const reconcile::Document& document)
{
    if (document.key.origin == colony_origin && document.key.space == parts_.colony && serves())
        reports_.touch(document.key);
}

// Looks by itself

asio::awaitable<void> BlueprintDesk::run()
{
    for (;;) {
        const auto looked = co_await look();
        hear(looked);
        co_await nap_.until(parts_.clock.now() + (looked.has_error() ? after_failure : between_looks));
    }
}

// The agent may not be registered yet, or the server begins again.
void BlueprintDesk::hear(const Result<void>& looked)
{
    const TimePoint now = parts_.clock.now();
    const std::string trouble = looked.has_error() ? looked.error().message : std::string{};
    if (trouble.empty()) {
        if (!trouble_.empty())
            parts_.inform("the colony's blueprints can be read again");
        trouble_since_.reset();
        trouble_.clear();
        return;
    }
    if (now - trouble_since_.value_or(now) >= bearable && trouble != trouble_) {
        parts_.warn("the colony's blueprints cannot be read, and what they were goes on: " + trouble);
        trouble_ = trouble;
    }
    trouble_since_ = trouble_since_.value_or(now);
}

asio::awaitable<Result<void>> BlueprintDesk::look()
{
    const auto member = parts_.member();
    if (member.has_error())
        co_return member.error();
    const auto kinds = co_await this->kinds(**member);
    if (kinds.has_error())
        co_return kinds.error();
    listed_.clear();
    for (const Kind& kind : *kinds) {
        const auto taken = co_await take_all(**member, kind, {}, Asked::by_nobody);
        if (taken.has_error())
            co_return taken.error();
    }
    co_await drop_gone(**member, *kinds);
    claims_.forget_all_but(listed_);
    co_await leftovers_.look(**member);
    co_return Result<void>{};
}

asio::awaitable<Result<std::vector<BlueprintDesk::Kind>>> BlueprintDesk::kinds(ColonyMember& member)
{
    auto definitions = co_await colonies::get_blueprint_definitions(member.caller(), member.colony());
    if (definitions.has_error())
        co_return definitions.error();
    std::vector<Kind> kinds;
    for (reconcile::Handling& handling : handled_kinds(std::move(*definitions))) {
        Kind kind{std::move(handling)};
        for (const BlueprintHandler& handler : parts_.handlers)
            if (handler.type == kind.handling.executor_type)
                kind.locations.push_back(handler.location);
        if (!kind.locations.empty())
            kinds.push_back(std::move(kind));
    }
    co_return kinds;
}

// What the colony has asked this agent for is its work, whatever its definitions say.
asio::awaitable<Result<BlueprintDesk::Kind>> BlueprintDesk::kind_for(ColonyMember& member, ReconcileWish wish)
{
    const auto ours = co_await kinds(member);
    if (ours.has_error())
        co_return ours.error();
    for (const Kind& kind : *ours)
        if (kind.handling.kind == wish.kind)
            co_return kind;
    Kind kind;
    kind.handling.kind = wish.kind;
    for (const BlueprintHandler& handler : parts_.handlers)
        if (wish.executor_type.empty() || handler.type == wish.executor_type)
            kind.locations.push_back(handler.location);
    co_return kind;
}

asio::awaitable<Result<std::vector<BlueprintDesk::Taken>>> BlueprintDesk::take_all(ColonyMember& member, Kind kind,
                                                                                   ReconcileWish wish, Asked asked)
{
    const Permit turn = co_await turns_.permit();
    auto blueprints = co_await colonies::get_blueprints(member.caller(), member.colony(), kind.handling.kind, "");
    if (blueprints.has_error())
        co_return blueprints.error();
    std::vector<Taken> all;
    for (Blueprint& blueprint : *blueprints) {
        const bool is_here = std::ranges::any_of(kind.locations, [&](const std::string& location) {
            return is_asked_for(blueprint.metadata.location, location);
        });
        const Key key = key_of(blueprint, parts_.colony);
        if (is_here)
            listed_.insert(to_text(key));
        if (!is_here || (!wish.name.empty() && wish.name != blueprint.metadata.name))
            continue;
        auto taken = co_await take(std::move(blueprint), kind.handling.schema, asked, wish.force);
        all.push_back(std::move(taken));
    }
    co_return all;
}

asio::awaitable<BlueprintDesk::Taken> BlueprintDesk::take(Blueprint blueprint, Object schema, Asked asked, bool force)
{
    Taken taken;
    taken.key = key_of(blueprint, parts_.colony);
    const Key& key = taken.key;
    const auto have = kept(key);
    const auto claimant = part<std::string>(blueprint.status, "reconciler");
    const auto whose = claims_.look(to_text(key), claimant, part<std::string>(blueprint.status, "lastUpdated"),
                                    have.has_value(), parts_.clock.now());
    if (whose == Claims::Whose::others) {
        taken.reconciler = claims_.whose(to_text(key));
        if (have && !have->document.deleting)
            co_await drop(key, "the executor " + taken.reconciler + " sees to it");
        co_return taken;
    }
    if (whose == Claims::Whose::fresh && asked == Asked::by_nobody)
        co_return taken;
    if (!co_await is_free(key, asked)) {
        taken.error = "what it was before is still being removed";
        co_return taken;
    }
    generations_[key] = blueprint.metadata.generation;
    const bool is_told = claimant == claims_.me();
    auto applied = co_await apply(std::move(blueprint), std::move(schema), asked, force);
    if (!is_told)
        reports_.tell_again(key);
    else
        reports_.touch(key);
    co_return applied;
}

// Whether nothing is left of what is being removed under this name.
asio::awaitable<bool> BlueprintDesk::is_free(Key key, Asked asked)
{
    const TimePoint deadline = parts_.clock.now() + (asked == Asked::by_colony ? longest_farewell : Duration{});
    for (;;) {
        const auto have = kept(key);
        if (!have || !have->document.deleting)
            co_return true;
        if (parts_.clock.now() >= deadline)
            co_return false;
        co_await sleep_for(parts_.clock, between_glances);
    }
}

asio::awaitable<BlueprintDesk::Taken> BlueprintDesk::apply(Blueprint blueprint, Object schema, Asked asked, bool force)
{
    Taken taken;
    taken.key = key_of(blueprint, parts_.colony);
    taken.action = Action::reconciled;
    const auto document = document_of(blueprint, schema);
    if (document.has_error()) {
        problems_[taken.key] = taken.error = document.error().message;
        co_return taken;
    }
    const auto have = kept(taken.key);
    const bool is_new = !have || !reconcile::says_the_same(Value{have->document.given}, Value{*document});
    const bool forced = is_forced_anew(taken.key, blueprint, *document, asked, force);
    taken.action = forced ? Action::force_reconciled : is_new ? Action::reconciled : Action::status_updated;
    if (!is_new && !forced) {
        problems_.erase(taken.key);
        co_return taken;
    }
    const auto applied = co_await parts_.keeper.apply(*document, colony_origin, forced);
    problems_.erase(taken.key);
    if (applied.has_error())
        problems_[taken.key] = taken.error = applied.error().message;
    else
        parts_.inform(to_text(taken.key) + " of the colony, generation " +
                      std::to_string(blueprint.metadata.generation) + (forced ? ", is made anew" : " is taken"));
    co_return taken;
}

// A new generation of the same spec is what the server makes when somebody forces it. Its process, which says so again,
// may come after it was seen.
bool BlueprintDesk::is_forced_anew(const Key& key, const Blueprint& blueprint, const Object& document, Asked asked,
                                   bool force)
{
    const auto have = kept(key);
    if (!have)
        return false;
    const Object& before = have->document.given;
    const std::int64_t generation = blueprint.metadata.generation;
    const bool is_newer = generation > part<std::int64_t>(part<Object>(before, "metadata"), "generation");
    const bool same_spec =
        reconcile::says_the_same(Value{part<Object>(before, "spec")}, Value{part<Object>(document, "spec")});
    if (is_newer && same_spec && asked == Asked::by_nobody)
        forced_unasked_[key] = generation;
    if (is_newer && same_spec)
        return true;
    const auto done = forced_unasked_.find(key);
    const bool is_done = force && done != forced_unasked_.end() && done->second == generation;
    if (is_done)
        forced_unasked_.erase(done);
    return force && !is_done;
}

// What the colony has no more goes here, too. A list is not enough to say so: a server that has just begun may know
// less than it will.
asio::awaitable<void> BlueprintDesk::drop_gone(ColonyMember& member, std::vector<Kind> kinds)
{
    for (const reconciling::Kept& one : parts_.keeper.list()) {
        const Key key = one.document.key;
        if (key.origin != colony_origin || one.document.deleting || listed_.contains(to_text(key)))
            continue;
        const bool ours = std::ranges::any_of(kinds, [&](const Kind& kind) { return kind.handling.kind == key.kind; });
        if (key.space == parts_.colony)
            co_await drop_if_gone(member, key, ours);
        else
            (void)co_await parts_.keeper.forget(key); // of a colony that the agent was in before
    }
}

asio::awaitable<void> BlueprintDesk::drop_if_gone(ColonyMember& member, Key key, bool ours)
{
    const auto there = co_await colonies::get_blueprint(member.caller(), member.colony(), key.name);
    if (there.has_error() && colonies::is_gone(there.error())) {
        co_await drop(key, "the colony has it no more");
    } else if (there.has_value() && there->kind != key.kind) {
        co_await drop(key, "the colony has another one of its name");
    } else if (there.has_value() && !ours) {
        parts_.inform(to_text(key) + " is left as it is: the colony has another executor type see to its kind");
        forget(key);
        (void)co_await parts_.keeper.forget(key);
    } else if (there.has_value()) {
        co_await drop(key, "it is for another location");
    }
}

asio::awaitable<void> BlueprintDesk::drop(Key key, std::string why)
{
    parts_.inform(to_text(key) + " of the colony goes, with its replicas: " + why);
    forget(key);
    const auto removed = co_await parts_.keeper.remove(key);
    if (removed.has_error())
        parts_.warn(to_text(key) + " cannot be removed: " + removed.error().message);
}

void BlueprintDesk::forget(const Key& key)
{
    problems_.erase(key);
    generations_.erase(key);
    forced_unasked_.erase(key);
    reports_.forget(key);
}

// What the colony asks for

asio::awaitable<Result<Object>> BlueprintDesk::reconcile(ReconcileWish wish)
{
    const TimePoint deadline = parts_.clock.now() + longest_work;
    std::vector<Taken> all;
    if (wish.resource) {
        auto taken = co_await take_attached(wish);
        all.push_back(std::move(taken));
    } else {
        const auto member = parts_.member();
        if (member.has_error())
            co_return member.error();
        auto kind = co_await kind_for(**member, wish);
        if (kind.has_error())
            co_return kind.error();
        auto taken = co_await take_all(**member, std::move(*kind), wish, Asked::by_colony);
        if (taken.has_error())
            co_return taken.error();
        all = std::move(*taken);
    }
    co_await see_to(all, deadline);
    Array results;
    for (const Taken& taken : all)
        results.emplace_back(result_of(taken));
    co_return Object{{"kind", wish.kind}, {"count", all.size()}, {"results", std::move(results)}};
}

// The servers that attach it have no blueprints: nothing is compared, and nobody is told.
asio::awaitable<BlueprintDesk::Taken> BlueprintDesk::take_attached(ReconcileWish wish)
{
    Taken taken;
    auto document = attached_document(*wish.resource, parts_.colony);
    if (document.has_error()) {
        taken.key = {colony_origin, parts_.colony, wish.kind, wish.name};
        taken.error = document.error().message;
        co_return taken; // nothing of it is known
    }
    taken.key = {colony_origin, parts_.colony, wish.kind,
                 part<std::string>(part<Object>(*document, "metadata"), "name")};
    taken.action = wish.force ? Action::force_reconciled : Action::reconciled;
    const auto applied = co_await parts_.keeper.apply(std::move(*document), colony_origin, wish.force);
    if (applied.has_error())
        taken.error = applied.error().message;
    co_return taken;
}

// One turn of each, and then a look now and then until all are as they should be or need longer than anybody waits.
asio::awaitable<void> BlueprintDesk::see_to(std::vector<Taken>& all, TimePoint deadline)
{
    for (Taken& taken : all) {
        if (taken.action == Action::left || !taken.error.empty())
            continue;
        const bool was_settled = is_settled(taken.key);
        auto turn = co_await within(parts_.clock, deadline, parts_.keeper.reconcile_now(taken.key),
                                    "it takes longer than " + std::to_string(longest_work / std::chrono::seconds{1}) +
                                        " s, and goes on");
        if (turn.has_error())
            taken.error = turn.error().message;
        else if (taken.action == Action::status_updated && !(was_settled && is_settled(taken.key)))
            taken.action = Action::reconciled;
    }
    co_await settle(all, deadline);
    for (const Taken& taken : all)
        if (taken.action != Action::left)
            (void)co_await reports_.tell(taken.key); // else its loop tells it
}

asio::awaitable<void> BlueprintDesk::settle(const std::vector<Taken>& all, TimePoint deadline)
{
    const auto is_under_way = [this](const Taken& taken) {
        return taken.action != Action::left && taken.error.empty() && !is_settled(taken.key);
    };
    while (parts_.clock.now() < deadline && std::ranges::any_of(all, is_under_way))
        co_await sleep_for(parts_.clock, between_glances);
}

// Nothing more is to be expected of it for now. A turn that was under way when it was applied looked at what it was
// before.
bool BlueprintDesk::is_settled(const Key& key) const
{
    const auto have = kept(key);
    if (!have || !have->problem.empty())
        return true;
    const Object& status = have->document.status;
    const Value* observed = status.find("observedGeneration");
    const bool is_late =
        observed != nullptr && part<std::int64_t>(status, "observedGeneration") < have->document.effective().generation;
    return !is_late && !is_in(phase_of(status), {"", "Pending", "Scaling", "Updating"});
}

Object BlueprintDesk::result_of(const Taken& taken) const
{
    constexpr std::array<const char*, 4> words{"reconciled", "status_updated", "force_reconciled", "left"};
    const auto have = kept(taken.key);
    std::string error = taken.error;
    if (error.empty() && have)
        error = have->problem;
    Object result{{"blueprintName", taken.key.name},
                  {"success", error.empty()},
                  {"status", status(taken.key).value_or(Object{})},
                  {"action", words.at(static_cast<std::size_t>(taken.action))}};
    if (!taken.reconciler.empty())
        result.append("reconciler", taken.reconciler);
    if (!error.empty())
        result.append("error", std::move(error));
    return result;
}

asio::awaitable<Result<Object>> BlueprintDesk::clean_up(std::string kind, std::string name)
{
    const TimePoint deadline = parts_.clock.now() + longest_work;
    const auto member = parts_.member();
    if (member.has_error())
        co_return member.error();
    const auto there = co_await colonies::get_blueprint((*member)->caller(), parts_.colony, name);
    if (there.has_value() && (kind.empty() || there->kind == kind))
        co_return Object{{"status", "nothing to clean up: the colony has the blueprint again"}};
    if (there.has_error() && !colonies::is_gone(there.error()))
        co_return there.error();
    const Key key{colony_origin, parts_.colony, kind, name};
    const auto have = kept(key);
    if (have && !have->document.deleting)
        co_await drop(have->document.key, "the colony has it no more");
    while (kept(key) && parts_.clock.now() < deadline)
        co_await sleep_for(parts_.clock, between_glances);
    if (const auto left = kept(key))
        co_return Failure{Errc::timed_out,
                          "replicas of " + to_text(left->document.key) + " are still being removed: " + left->problem};
    const auto removed = co_await leftovers_.remove(**member, kind, name);
    if (removed.has_error())
        co_return removed.error();
    co_return Object{{"status", "cleanup completed"}};
}

// What is known

std::optional<reconciling::Kept> BlueprintDesk::kept(const Key& key) const
{
    auto found = parts_.keeper.find(key.kind, key.name, colony_origin);
    if (found.has_error() || found->document.key.space != parts_.colony || found->document.key.name != key.name)
        return {};
    return std::move(*found);
}

// Of one that is going nothing is told: the server has it no more, or another one sees to it.
std::optional<Object> BlueprintDesk::status(const Key& key) const
{
    const auto have = kept(key);
    const auto problem = problems_.find(key);
    if ((!have && problem == problems_.end()) || (have && have->document.deleting))
        return {};
    BlueprintReport report;
    report.reconciler = claims_.me();
    if (have) {
        report.status = have->document.status;
        report.problem = have->problem;
    }
    if (problem != problems_.end())
        report.problem = problem->second;
    const auto generation = generations_.find(key);
    report.generation = generation == generations_.end() ? 0 : generation->second;
    return status_of(report, parts_.clock.wall());
}

} // namespace forager
