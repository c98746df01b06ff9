#include "primitives/colony/blueprints.hpp"

#include "base/duration.hpp"
#include "clients/colonies/calls/blueprints.hpp"
#include "clients/colonies/refusal.hpp"
#include "core/reconcile/blueprint.hpp"
#include "primitives/colony/tables.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace forager::colony_work {

namespace asio = boost::asio;
using colonies::Blueprint;
using colonies::BlueprintChange;
using colonies::BlueprintDefinition;
using colonies::Refusal;

namespace {

constexpr std::int64_t longest_history = 100;

// The record of a document that is checked.
Result<Blueprint> blueprint_in(const Object& document, const std::string& colony)
{
    auto checked = reconcile::blueprint_of(document, colony);
    if (!checked)
        return checked.error();
    return colonies::read<Blueprint>(Value{std::move(*checked)});
}

Result<BlueprintDefinition> definition_in(const Object& document, const std::string& colony)
{
    auto checked = reconcile::definition_of(document, colony);
    if (!checked)
        return checked.error();
    return colonies::read<BlueprintDefinition>(Value{std::move(*checked)});
}

template <class Record> Array documents(std::vector<Record> records)
{
    std::ranges::sort(records, {}, [](const Record& record) { return record.metadata.name; });
    Array list;
    for (const Record& record : records)
        list.emplace_back(colonies::to_object(record));
    return list;
}

template <class Record> asio::awaitable<Result<Object>> document(asio::awaitable<Result<Record>> asked)
{
    const auto record = co_await std::move(asked);
    if (record.has_error())
        co_return record.error();
    co_return colonies::to_object(*record);
}

Object change_table(const BlueprintChange& change)
{
    Object table{{"generation", change.generation}, {"change", change.change}};
    if (change.time)
        table.append("at", to_seconds(change.time->time_since_epoch()));
    table.append("changed_by", change.changed_by);
    table.append("spec", change.spec);
    table.append("status", change.status);
    return table;
}

// What was there stays, but for what the document says.
Blueprint merged(Blueprint there, Blueprint given)
{
    given.id = std::move(there.id);
    given.status = std::move(there.status);
    given.metadata.generation = there.metadata.generation;
    given.metadata.created = there.metadata.created;
    given.metadata.updated = there.metadata.updated;
    return given;
}

bool is_the_same(const Blueprint& there, const Blueprint& given)
{
    const auto same = [](const Object& one, const Object& other) {
        return reconcile::says_the_same(Value{one}, Value{other});
    };
    return there.kind == given.kind && there.metadata.location == given.metadata.location &&
           same(there.metadata.labels, given.metadata.labels) &&
           same(there.metadata.annotations, given.metadata.annotations) && same(there.spec, given.spec);
}

bool is_the_same(const BlueprintDefinition& there, const BlueprintDefinition& given)
{
    return reconcile::says_the_same(reconcile::without_nothing(Value{there.spec}),
                                    reconcile::without_nothing(Value{given.spec}));
}

template <class Record> Object applied(const char* change, const Record& record)
{
    return {{"change", change},
            {"kind", record.kind},
            {"name", record.metadata.name},
            {"document", colonies::to_object(record)}};
}

template <class Record>
asio::awaitable<Result<Object>> as_applied(const char* change, asio::awaitable<Result<Record>> asked)
{
    const auto record = co_await std::move(asked);
    if (record.has_error())
        co_return record.error();
    co_return applied(change, *record);
}

bool is_missing(const Failure& failure)
{
    return colonies::refusal_of(failure) == Refusal::not_found;
}

asio::awaitable<Result<Object>> apply_blueprint(ColonyMember& member, Blueprint given, bool force)
{
    given.metadata.generation = 1;
    auto there = co_await colonies::get_blueprint(member.caller(), member.colony(), given.metadata.name);
    if (there.has_error() && !is_missing(there.error()))
        co_return there.error();
    if (there.has_error()) {
        auto added = co_await as_applied("created", colonies::add_blueprint(member.caller(), std::move(given)));
        co_return added;
    }
    if (!force && is_the_same(*there, given))
        co_return applied("unchanged", *there);
    Blueprint wanted = merged(std::move(*there), std::move(given));
    auto updated =
        co_await as_applied("configured", colonies::update_blueprint(member.caller(), std::move(wanted), force));
    co_return updated;
}

Failure in_use(const std::string& name, const Failure& failure)
{
    Failure told = failure;
    told.message = "the definition '" + name +
                   "' is another one in the colony, and servers replace none whose kind has blueprints: remove these "
                   "first (" +
                   failure.message + ")";
    return told;
}

// There is no call that changes one.
asio::awaitable<Result<Object>> replace_definition(colonies::Caller owner, std::string colony,
                                                   BlueprintDefinition there, BlueprintDefinition given)
{
    const std::string name = given.metadata.name;
    const auto removed = co_await colonies::remove_blueprint_definition(owner, colony, name);
    if (removed.has_error())
        co_return colonies::refusal_of(removed.error()) == Refusal::already_exists ? in_use(name, removed.error())
                                                                                   : removed.error();
    auto added = co_await colonies::add_blueprint_definition(owner, std::move(given));
    if (added.has_error()) {
        (void)co_await colonies::add_blueprint_definition(owner, std::move(there));
        co_return added.error();
    }
    co_return applied("configured", *added);
}

asio::awaitable<Result<Object>> apply_definition(ColonyMember& member, BlueprintDefinition given)
{
    const auto owner = member.owner();
    auto there = co_await colonies::get_blueprint_definition(member.caller(), member.colony(), given.metadata.name);
    if (there.has_error() && !is_missing(there.error()))
        co_return there.error();
    if (there.has_value() && is_the_same(*there, given))
        co_return applied("unchanged", *there);
    if (owner.has_error())
        co_return owner.error();
    if (there.has_error()) {
        auto added = co_await as_applied("created", colonies::add_blueprint_definition(*owner, std::move(given)));
        co_return added;
    }
    auto replaced = co_await replace_definition(*owner, member.colony(), std::move(*there), std::move(given));
    co_return replaced;
}

} // namespace

asio::awaitable<Result<Array>> list_blueprints(ColonyMember& member, std::string kind)
{
    auto blueprints = co_await colonies::get_blueprints(member.caller(), member.colony(), std::move(kind), "");
    if (blueprints.has_error())
        co_return blueprints.error();
    co_return documents(std::move(*blueprints));
}

asio::awaitable<Result<Object>> get_blueprint(ColonyMember& member, std::string name)
{
    return document(colonies::get_blueprint(member.caller(), member.colony(), std::move(name)));
}

asio::awaitable<Result<Object>> add_blueprint(ColonyMember& member, Object document)
{
    auto given = blueprint_in(document, member.colony());
    if (given.has_error())
        co_return given.error();
    given->metadata.generation = 1;
    const auto added = co_await colonies::add_blueprint(member.caller(), std::move(*given));
    if (added.has_error())
        co_return added.error();
    co_return colonies::to_object(*added);
}

asio::awaitable<Result<Object>> update_blueprint(ColonyMember& member, Object document, bool force)
{
    auto given = blueprint_in(document, member.colony());
    if (given.has_error())
        co_return given.error();
    auto there = co_await colonies::get_blueprint(member.caller(), member.colony(), given->metadata.name);
    if (there.has_error())
        co_return there.error();
    const auto updated =
        co_await colonies::update_blueprint(member.caller(), merged(std::move(*there), std::move(*given)), force);
    if (updated.has_error())
        co_return updated.error();
    co_return colonies::to_object(*updated);
}

asio::awaitable<Result<void>> remove_blueprint(ColonyMember& member, std::string name)
{
    return colonies::remove_blueprint(member.caller(), member.colony(), std::move(name));
}

asio::awaitable<Result<Object>> reconcile_blueprint(ColonyMember& member, std::string name, bool force)
{
    const auto process =
        co_await colonies::reconcile_blueprint(member.caller(), member.colony(), std::move(name), force);
    if (process.has_error())
        co_return process.error();
    co_return process_table(*process);
}

asio::awaitable<Result<Array>> blueprint_history(ColonyMember& member, std::string name)
{
    const auto there = co_await colonies::get_blueprint(member.caller(), member.colony(), std::move(name));
    if (there.has_error())
        co_return there.error();
    const auto changes = co_await colonies::get_blueprint_history(member.caller(), there->id, longest_history);
    if (changes.has_error())
        co_return changes.error();
    Array list;
    for (const BlueprintChange& change : *changes)
        list.emplace_back(change_table(change));
    co_return list;
}

asio::awaitable<Result<void>> set_blueprint_status(ColonyMember& member, std::string name, Object status)
{
    return colonies::update_blueprint_status(member.caller(), member.colony(), std::move(name), std::move(status));
}

asio::awaitable<Result<Array>> list_definitions(ColonyMember& member)
{
    auto definitions = co_await colonies::get_blueprint_definitions(member.caller(), member.colony());
    if (definitions.has_error())
        co_return definitions.error();
    co_return documents(std::move(*definitions));
}

asio::awaitable<Result<Object>> get_definition(ColonyMember& member, std::string name)
{
    return document(colonies::get_blueprint_definition(member.caller(), member.colony(), std::move(name)));
}

asio::awaitable<Result<Object>> add_definition(ColonyMember& member, Object document)
{
    auto given = definition_in(document, member.colony());
    if (given.has_error())
        co_return given.error();
    const auto owner = member.owner();
    if (owner.has_error())
        co_return owner.error();
    const auto added = co_await colonies::add_blueprint_definition(*owner, std::move(*given));
    if (added.has_error())
        co_return added.error();
    co_return colonies::to_object(*added);
}

asio::awaitable<Result<void>> remove_definition(ColonyMember& member, std::string name)
{
    const auto owner = member.owner();
    if (owner.has_error())
        co_return owner.error();
    co_return co_await colonies::remove_blueprint_definition(*owner, member.colony(), std::move(name));
}

asio::awaitable<Result<Object>> apply_document(ColonyMember& member, Object document, bool force)
{
    if (reconcile::is_definition(document)) {
        auto given = definition_in(document, member.colony());
        if (given.has_error())
            co_return given.error();
        auto applied = co_await apply_definition(member, std::move(*given));
        co_return applied;
    }
    auto given = blueprint_in(document, member.colony());
    if (given.has_error())
        co_return given.error();
    auto applied = co_await apply_blueprint(member, std::move(*given), force);
    co_return applied;
}

} // namespace forager::colony_work
