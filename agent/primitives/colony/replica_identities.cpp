#include "primitives/colony/replica_identities.hpp"

#include "clients/colonies/calls/blueprints.hpp"
#include "clients/colonies/calls/executors.hpp"
#include "clients/colonies/refusal.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace forager {

namespace asio = boost::asio;
using colonies::Executor;
using colonies::Refusal;
using reconcile::Deployment;

namespace {

constexpr std::string_view mark = "forager-replica"; // the name of a software whose version is the document's id
constexpr int most_names = 10;
constexpr std::size_t shortest_id = 8; // of which a name tells enough

std::string with_generation(const Deployment& wanted, const std::string& replica)
{
    return replica + "-" + std::to_string(wanted.generation);
}

// Without a name.
Executor record_of(const Deployment& wanted, const std::string& id, const std::string& colony)
{
    Executor executor;
    executor.id = id;
    executor.type = wanted.replica.executor_type;
    executor.colony = colony;
    executor.capabilities.software.push_back({std::string{mark}, to_text(wanted.key), wanted.id});
    executor.blueprint_id = wanted.id;
    executor.blueprint_generation = wanted.generation;
    return executor;
}

bool is_marked(const Executor& executor, const std::string& id)
{
    return std::ranges::any_of(executor.capabilities.software, [&](const colonies::Software& software) {
        return software.name == mark && software.version == id;
    });
}

// Whose marks were overwritten by its own program, on a server that knows no blueprints.
bool is_called_so(const Executor& executor, const Deployment& wanted)
{
    return executor.blueprint_id.empty() && executor.type == wanted.replica.executor_type &&
           executor.name.starts_with(wanted.key.name + "-" + wanted.id.substr(0, shortest_id) + "-");
}

bool belongs(const Executor& executor, const Deployment& wanted)
{
    if (wanted.id.size() < shortest_id || executor.state != colonies::ExecutorState::approved)
        return false;
    return executor.blueprint_id.starts_with(wanted.id) || is_marked(executor, wanted.id) ||
           is_called_so(executor, wanted);
}

bool has_variable(const Deployment& wanted, std::string_view name)
{
    return std::ranges::any_of(wanted.replica.env, [&](const auto& variable) { return variable.first == name; });
}

// A document from the colony has the beginning of its blueprint's id.
asio::awaitable<std::string> blueprint_id_of(ColonyMember& member, Deployment wanted)
{
    if (wanted.key.origin.empty())
        co_return wanted.id;
    const auto blueprint = co_await colonies::get_blueprint(member.caller(), member.colony(), wanted.key.name);
    co_return blueprint.has_value() && blueprint->id.starts_with(wanted.id) ? blueprint->id : wanted.id;
}

// An older server refuses the shape without a word that could be told from others.
asio::awaitable<Result<void>> register_executor(colonies::Caller owner, Executor executor)
{
    auto added = co_await colonies::add_executor(owner, executor);
    if (added.has_error() && colonies::refusal_of(added.error()) == Refusal::other)
        added = co_await colonies::add_executor(owner, executor, colonies::RecordShape::single);
    if (added.has_error())
        co_return added.error();
    auto approved = co_await colonies::approve_executor(owner, executor.colony, executor.name);
    co_return approved;
}

ReplicaIdentity nameless(const Deployment& wanted, const std::string& replica)
{
    ReplicaIdentity identity;
    identity.env = replica_names(wanted, replica, wanted.replica.executor_type.empty() ? "" : replica);
    return identity;
}

} // namespace

std::vector<std::pair<std::string, std::string>> replica_names(const Deployment& wanted, const std::string& replica,
                                                               const std::string& executor)
{
    std::vector<std::pair<std::string, std::string>> env{{"COLONIES_DEPLOYMENT", wanted.key.name},
                                                         {"COLONIES_CONTAINER_NAME", replica}};
    if (!executor.empty()) {
        env.emplace_back("COLONIES_EXECUTOR_NAME", executor);
        env.emplace_back("COLONIES_EXECUTOR_TYPE", wanted.replica.executor_type);
        env.emplace_back("EXECUTOR_TYPE", wanted.replica.executor_type);
    }
    return env;
}

// A document may say otherwise where its replicas find the server: behind another address, as containers do.
ColonyIdentities::Environment ColonyIdentities::environment(const ColonyMember& member, const Deployment& wanted,
                                                            const std::string& replica) const
{
    const std::string port = std::to_string(server_.port);
    Environment env;
    for (const auto& [name, value] : Environment{{"COLONIES_SERVER_HOST", server_.host},
                                                 {"COLONIES_SERVER_PORT", port},
                                                 {"COLONIES_SERVER_HTTP_PORT", port},
                                                 {"COLONIES_CLIENT_BACKENDS", "http"},
                                                 {"COLONIES_CLIENT_HTTP_HOST", server_.host},
                                                 {"COLONIES_CLIENT_HTTP_PORT", port},
                                                 {"COLONIES_CLIENT_HTTP_INSECURE", server_.tls ? "false" : "true"},
                                                 {"COLONIES_TLS", server_.tls ? "true" : "false"},
                                                 {"COLONIES_SERVER_TLS", server_.tls ? "true" : "false"}})
        if (!has_variable(wanted, name))
            env.emplace_back(name, value);
    env.emplace_back("COLONIES_COLONY_NAME", member.colony());
    const Environment names = replica_names(wanted, replica, "");
    env.insert(env.end(), names.begin(), names.end());
    return env;
}

asio::awaitable<Result<ReplicaIdentity>> ColonyIdentities::make(Deployment wanted, std::string replica)
{
    if (wanted.replica.executor_type.empty())
        co_return nameless(wanted, replica);
    auto member = member_();
    if (member.has_error())
        co_return member.error();
    const auto owner = (*member)->owner();
    if (owner.has_error() && wanted.key.origin.empty())
        co_return nameless(wanted, replica);
    const auto key = colonies::PrivateKey::generate();
    const auto name = co_await enrol(**member, wanted, replica, key.id());
    if (name.has_error())
        co_return name.error();
    ReplicaIdentity identity;
    identity.executor = *name;
    identity.env = environment(**member, wanted, replica);
    identity.env.emplace_back("COLONIES_EXECUTOR_NAME", *name);
    identity.env.emplace_back("COLONIES_EXECUTOR_TYPE", wanted.replica.executor_type);
    identity.env.emplace_back("EXECUTOR_TYPE", wanted.replica.executor_type);
    identity.env.emplace_back("COLONIES_EXECUTOR_ID", key.id());
    identity.env.emplace_back("COLONIES_PRVKEY", key.reveal());
    co_return identity;
}

// A name is never free again: one that was removed would come back with the key that it had.
asio::awaitable<Result<std::string>> ColonyIdentities::enrol(ColonyMember& member, Deployment wanted,
                                                             std::string replica, std::string id)
{
    const auto owner = member.owner();
    if (owner.has_error())
        co_return owner.error();
    Executor executor = record_of(wanted, id, member.colony());
    executor.name = with_generation(wanted, replica);
    executor.blueprint_id = co_await blueprint_id_of(member, wanted);
    Failure last;
    for (int tries = 0; tries < most_names; ++tries) {
        const auto known = co_await register_executor(*owner, executor);
        if (known.has_value())
            co_return executor.name;
        last = known.error();
        if (colonies::refusal_of(last) != Refusal::already_exists)
            co_return last;
        executor.name = with_generation(wanted, replica) + "-" + five_digits();
    }
    co_return last;
}

std::string ColonyIdentities::five_digits()
{
    constexpr std::string_view digits = "0123456789abcdef";
    constexpr std::size_t count = 5;
    std::uint64_t chance = random_.next();
    std::string text;
    while (text.size() < count) {
        text += digits[chance % digits.size()];
        chance /= digits.size();
    }
    return text;
}

asio::awaitable<Result<void>> ColonyIdentities::remove(std::string executor)
{
    auto member = member_();
    if (member.has_error())
        co_return member.error();
    const auto owner = (*member)->owner();
    if (owner.has_error())
        co_return owner.error();
    const auto removed = co_await colonies::remove_executor(*owner, (*member)->colony(), std::move(executor));
    if (removed.has_error() && colonies::refusal_of(removed.error()) != Refusal::not_found)
        co_return removed.error();
    co_return Result<void>{};
}

asio::awaitable<Result<std::vector<std::string>>> ColonyIdentities::of(Deployment wanted)
{
    std::vector<std::string> names;
    if (wanted.replica.executor_type.empty())
        co_return names;
    auto member = member_();
    if (member.has_error())
        co_return member.error();
    const auto executors = co_await colonies::get_executors((*member)->caller(), (*member)->colony());
    if (executors.has_error())
        co_return executors.error();
    for (const Executor& executor : *executors)
        if (belongs(executor, wanted))
            names.push_back(executor.name);
    co_return names;
}

asio::awaitable<Result<ReplicaIdentity>> PlainIdentities::make(Deployment wanted, std::string replica)
{
    ReplicaIdentity identity = nameless(wanted, replica);
    if (!wanted.key.space.empty() && !wanted.replica.executor_type.empty())
        identity.env.emplace_back("COLONIES_COLONY_NAME", wanted.key.space);
    co_return identity;
}

asio::awaitable<Result<void>> PlainIdentities::remove(std::string)
{
    co_return Result<void>{};
}

asio::awaitable<Result<std::vector<std::string>>> PlainIdentities::of(Deployment)
{
    co_return std::vector<std::string>{};
}

} // namespace forager
