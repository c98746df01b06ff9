#include "sources/colony/enrolment.hpp"

#include "clients/colonies/calls/colonies.hpp"
#include "clients/colonies/calls/executors.hpp"
#include "clients/colonies/refusal.hpp"

#include <algorithm>
#include <utility>

namespace forager::colony {

namespace asio = boost::asio;
using colonies::Refusal;

namespace {

colonies::Function entry_of(const Function& function, const Identity& who, std::string name)
{
    colonies::Function entry;
    entry.executor_name = who.name;
    entry.executor_type = who.offer.type;
    entry.colony = who.colony;
    entry.name = std::move(name);
    entry.description = function.doc;
    for (const Parameter& parameter : function.parameters)
        entry.args.push_back(
            {parameter.name, std::string{name_of(parameter.type)}, "", !parameter.fallback && !function.variadic, {}});
    return entry;
}

bool says_the_same(const colonies::Function& one, const colonies::Function& other)
{
    return one.name == other.name && one.description == other.description && one.args == other.args;
}

// What a server keeps of it.
colonies::Function kept_of(colonies::Function function, colonies::RecordShape shape)
{
    if (shape == colonies::RecordShape::lists)
        return function;
    function.description.clear();
    for (colonies::FunctionArgument& argument : function.args)
        argument = {argument.name, argument.type, "", false, {}};
    return function;
}

bool is_among(const std::vector<colonies::Function>& functions, const colonies::Function& wanted)
{
    return std::ranges::any_of(functions, [&](const auto& one) { return says_the_same(one, wanted); });
}

// One that never was, and one that is not approved, or was removed.
bool is_unknown(const Failure& failure)
{
    const Refusal refusal = colonies::refusal_of(failure);
    return refusal == Refusal::not_found || refusal == Refusal::not_member;
}

Failure unregistered(const Identity& who)
{
    return {Errc::bad_arguments, "the colony " + who.colony + " knows no approved executor with the id " +
                                     who.key.id() +
                                     ": its owner registers it with `colonies executor add --executorid " +
                                     who.key.id() + " --name NAME --type " + who.offer.type +
                                     " --approve`, or give the agent colony.owner_key, with which it registers itself"};
}

Failure nameless(const Identity& who)
{
    return {Errc::bad_arguments, "the colony " + who.colony + " knows no executor with the id " + who.key.id() +
                                     ", and to register it the agent must know how to call it: set executor.name"};
}

Failure taken(const Identity& who)
{
    return {Errc::bad_arguments, "the name " + who.name + " belongs to another executor of the colony " + who.colony +
                                     ", whose key this agent does not have: give this one another name"};
}

Failure rejected(const Identity& who)
{
    return {Errc::bad_arguments, "the owner of the colony " + who.colony + " has rejected the executor " + who.name +
                                     ": it serves the colony again when the owner approves it"};
}

} // namespace

asio::awaitable<Result<bool>> Enrolment::enrol()
{
    auto found = co_await find();
    const bool unknown = !found && is_unknown(found.error());
    if (unknown) {
        if (const auto added = co_await add(); !added)
            co_return added.error();
        found = co_await find();
    }
    if (!found && is_unknown(found.error()))
        co_return desk_.who.owner ? taken(desk_.who) : unregistered(desk_.who);
    if (!found)
        co_return found.error();
    if (const auto ours = take_over(*found); !ours)
        co_return ours.error();
    if (const auto told = co_await tell_machine(std::move(*found)); !told)
        co_return told.error();
    if (const auto told = co_await tell_functions(); !told)
        co_return told.error();
    co_return unknown;
}

// By the key: it cannot be mistaken for another one's, and the name may be unknown.
asio::awaitable<Result<colonies::Executor>> Enrolment::find()
{
    return colonies::get_executor_by_id(desk_.caller(), desk_.who.colony, desk_.who.key.id());
}

Result<void> Enrolment::take_over(const colonies::Executor& found)
{
    Identity& who = desk_.who;
    if (who.name.empty())
        who.name = found.name;
    if (found.name != who.name || found.type != who.offer.type)
        return Failure{Errc::bad_arguments, "the colony " + who.colony + " knows this key as executor " + found.name +
                                                " of type " + found.type + ", but the configuration says " + who.name +
                                                " of type " + who.offer.type};
    if (!who.location.empty() && found.location != who.location)
        desk_.services.warn("the colony " + who.colony + " has the executor " + who.name + " at location '" +
                            found.location + "', not at " + who.location +
                            ", and cannot move it: another name makes another executor");
    return {};
}

// A name that is known already may be of one of ours that was removed, or never approved: approving brings back its
// key.
asio::awaitable<Result<void>> Enrolment::add()
{
    const Identity& who = desk_.who;
    if (!who.owner)
        co_return unregistered(who);
    if (who.name.empty())
        co_return nameless(who);
    const auto known = co_await namesake();
    if (!known)
        co_return known.error();
    const bool is_ours = *known && (*known)->id == who.key.id();
    if (is_ours && (*known)->state == colonies::ExecutorState::rejected)
        co_return rejected(who);
    colonies::Executor executor;
    executor.id = who.key.id();
    executor.type = who.offer.type;
    executor.name = who.name;
    executor.colony = who.colony;
    executor.capabilities = desk_.settings.machine.capabilities;
    executor.location = who.location;
    const colonies::Caller owner{desk_.client, *who.owner};
    auto added = co_await colonies::add_executor(owner, executor);
    if (!added && colonies::refusal_of(added.error()) == Refusal::other) { // an older server
        executor.position = desk_.settings.machine.position;
        added = co_await colonies::add_executor(owner, executor, colonies::RecordShape::single);
        shape_ = added ? colonies::RecordShape::single : shape_;
    }
    if (!added && colonies::refusal_of(added.error()) != Refusal::already_exists)
        co_return added.error();
    if (!added && !is_ours)
        co_return taken(who);
    const auto approved = co_await colonies::approve_executor(owner, who.colony, who.name);
    if (approved)
        desk_.services.info("registered the executor " + who.name + " of type " + who.offer.type + " with the colony " +
                            who.colony);
    if (approved && !who.location.empty())
        co_return co_await add_location();
    co_return approved;
}

// The colony's list of locations is for people and blueprints: an executor's may be missing there.
asio::awaitable<Result<void>> Enrolment::add_location()
{
    const Identity& who = desk_.who;
    const auto known = co_await colonies::get_locations(desk_.caller(), who.colony);
    if (!known)
        co_return known.error();
    if (std::ranges::find(*known, who.location, &colonies::Location::name) != known->end())
        co_return Result<void>{};
    const colonies::Position& position = desk_.settings.machine.position;
    colonies::Location location{
        "", who.location, who.colony, position.description, position.longitude, position.latitude};
    const auto added = co_await colonies::add_location({desk_.client, *who.owner}, std::move(location));
    if (!added)
        desk_.services.warn("the colony's list of locations lacks " + who.location + ": " + added.error().message);
    co_return Result<void>{};
}

// What changed since it was registered. What somebody else has registered, and described, stays as it is.
asio::awaitable<Result<void>> Enrolment::tell_machine(colonies::Executor found)
{
    const Identity& who = desk_.who;
    const colonies::Capabilities& ours = desk_.settings.machine.capabilities;
    const bool described = !who.owner && !found.capabilities.hardware.empty();
    if (described || found.capabilities == ours)
        co_return Result<void>{};
    auto told = co_await colonies::update_capabilities(desk_.caller(), who.colony, who.name, ours, shape_);
    if (!told && colonies::refusal_of(told.error()) == Refusal::other) { // an older server
        told = co_await colonies::update_capabilities(desk_.caller(), who.colony, who.name, ours,
                                                      colonies::RecordShape::single);
        shape_ = told ? colonies::RecordShape::single : shape_;
    }
    if (told || is_away(told.error()))
        co_return told;
    desk_.services.warn("the colony does not take what this machine has: " + told.error().message);
    co_return Result<void>{};
}

// Who has the name, as far as the list says: another one's executor must not come back by our doing, nor one of ours
// that the owner wants no more. Who is on the colony's list in whatever state may read it.
asio::awaitable<Result<std::optional<colonies::Executor>>> Enrolment::namesake()
{
    using Namesake = std::optional<colonies::Executor>;
    auto all = co_await colonies::get_executors(desk_.caller(), desk_.who.colony);
    if (!all && colonies::refusal_of(all.error()) == Refusal::not_member)
        co_return Namesake{};
    if (!all)
        co_return all.error();
    const auto found = std::ranges::find(*all, desk_.who.name, &colonies::Executor::name);
    co_return found == all->end() ? Namesake{} : Namesake{std::move(*found)};
}

// Under full names, and those of the executor's own family as that family's clients call them.
std::vector<colonies::Function> Enrolment::offered() const
{
    std::vector<colonies::Function> entries;
    const std::string family = family_of(desk_.who.offer.type) + ".";
    for (const Function& function : desk_.services.functions()) {
        if (!offers(desk_.who.offer, function.name))
            continue;
        entries.push_back(entry_of(function, desk_.who, function.name));
        if (function.name.starts_with(family))
            entries.push_back(entry_of(function, desk_.who, function.name.substr(family.size())));
    }
    return entries;
}

// It is asked before each call for work.
bool Enrolment::has_news()
{
    if (!told_ || told_at_ == desk_.services.changes())
        return false;
    if (!std::ranges::equal(*told_, offered(), says_the_same))
        return true;
    told_at_ = desk_.services.changes();
    return false;
}

asio::awaitable<Result<void>> Enrolment::tell_functions()
{
    const auto caller = desk_.caller();
    auto known = co_await colonies::get_functions(caller, desk_.who.colony, desk_.who.name);
    if (!known)
        co_return known.error();
    const std::size_t at = desk_.services.changes();
    std::vector<colonies::Function> wanted = offered();
    std::vector<colonies::Function> kept;
    for (const colonies::Function& one : wanted)
        kept.push_back(kept_of(one, shape_));
    for (const colonies::Function& old : *known)
        if (!is_among(kept, old))
            if (const auto removed = co_await colonies::remove_function(caller, old.id); !removed)
                co_return removed.error();
    for (const colonies::Function& one : wanted)
        if (!is_among(*known, kept_of(one, shape_)))
            if (const auto added = co_await add_function(one); !added)
                co_return added.error();
    if (wanted.empty() && !desk_.offers_nothing)
        desk_.services.warn("the executor " + desk_.who.name +
                            " offers no function: none of this agent's has a name "
                            "like those of executor.functions, and all of its processes fail");
    desk_.offers_nothing = wanted.empty();
    told_ = std::move(wanted);
    told_at_ = at;
    co_return Result<void>{};
}

// An older server refuses the shape without a word that could be told from others.
asio::awaitable<Result<void>> Enrolment::add_function(colonies::Function function)
{
    const auto added = co_await colonies::add_function(desk_.caller(), function, shape_);
    if (added)
        co_return Result<void>{};
    const bool in_question = shape_ == colonies::RecordShape::lists;
    if (!in_question || colonies::refusal_of(added.error()) != Refusal::other)
        co_return added.error();
    const auto as_texts = co_await colonies::add_function(desk_.caller(), function, colonies::RecordShape::single);
    if (!as_texts)
        co_return added.error();
    shape_ = colonies::RecordShape::single;
    co_return Result<void>{};
}

asio::awaitable<Result<void>> Enrolment::leave()
{
    const Identity& who = desk_.who;
    if (!who.owner || !desk_.enrolled)
        co_return Result<void>{};
    desk_.enrolled = false;
    co_return co_await colonies::remove_executor({desk_.client, *who.owner}, who.colony, who.name);
}

} // namespace forager::colony
