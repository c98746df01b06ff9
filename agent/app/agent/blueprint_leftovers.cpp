#include "app/agent/blueprint_leftovers.hpp"

#include "app/agent/blueprint_words.hpp"
#include "clients/colonies/calls/blueprints.hpp"
#include "clients/colonies/calls/executors.hpp"
#include "clients/colonies/refusal.hpp"

#include <algorithm>
#include <utility>

namespace forager {

namespace asio = boost::asio;
using reconcile::Deployment;
using reconcile::Instance;
using reconcile::Key;
using reconcile::Runtime;

namespace {

constexpr Runtime all_runtimes[] = {Runtime::local, Runtime::docker, Runtime::kubernetes};

asio::awaitable<bool> is_gone_there(ColonyMember& member, std::string name)
{
    const auto there = co_await colonies::get_blueprint(member.caller(), member.colony(), std::move(name));
    co_return there.has_error() && colonies::is_gone(there.error());
}

// An engine may serve agents of several colonies, two of which may have one name: what this colony knows by its
// executor, a removed one too, is surely of this one.
asio::awaitable<Result<std::vector<std::string>>> executors_of(ColonyMember& member)
{
    const auto executors = co_await colonies::get_executors(member.caller(), member.colony());
    if (executors.has_error())
        co_return executors.error();
    std::vector<std::string> names;
    for (const colonies::Executor& executor : *executors)
        names.push_back(executor.name);
    co_return names;
}

} // namespace

BlueprintLeftovers::BlueprintLeftovers(Parts parts)
    : parts_{std::move(parts)}, unseen_(std::begin(all_runtimes), std::end(all_runtimes))
{
}

asio::awaitable<void> BlueprintLeftovers::look(ColonyMember& member)
{
    std::vector<Runtime> unseen;
    for (const Runtime runtime : std::exchange(unseen_, {}))
        if (!co_await look_at(member, runtime))
            unseen.push_back(runtime);
    unseen_ = std::move(unseen);
}

// Whether it could be asked, and all that is gone is gone here.
asio::awaitable<bool> BlueprintLeftovers::look_at(ColonyMember& member, Runtime runtime)
{
    const auto access = parts_.runtime(runtime);
    if (access.has_error())
        co_return true; // it is not configured
    const auto keys = co_await (*access)->keys(colony_origin);
    if (keys.has_error())
        co_return false;
    bool good = true;
    for (const Key& key : *keys) {
        if (key.space != member.colony() || parts_.keeps(key))
            continue;
        if (!co_await is_gone_there(member, key.name))
            continue;
        const auto removed = co_await remove(member, runtime, key);
        if (removed.has_error())
            parts_.warn("replicas of " + to_text(key) +
                        ", which the colony has no more, are left: " + removed.error().message);
        good = good && removed.has_value();
    }
    co_return good;
}

asio::awaitable<Result<void>> BlueprintLeftovers::remove(ColonyMember& member, std::string kind, std::string name)
{
    Result<void> outcome;
    for (const Runtime runtime : all_runtimes) {
        const auto access = parts_.runtime(runtime);
        if (access.has_error())
            continue;
        const auto keys = co_await (*access)->keys(colony_origin);
        if (keys.has_error())
            continue;
        for (const Key& key : *keys)
            if (key.space == member.colony() && key.name == name && (kind.empty() || key.kind == kind))
                if (auto removed = co_await remove(member, runtime, key); removed.has_error())
                    outcome = std::move(removed);
    }
    co_return outcome;
}

asio::awaitable<Result<void>> BlueprintLeftovers::remove(ColonyMember& member, Runtime runtime, Key key)
{
    const auto access = parts_.runtime(runtime);
    if (access.has_error())
        co_return access.error();
    auto executors = co_await executors_of(member);
    if (executors.has_error())
        co_return executors.error();
    co_return co_await stop(**access, std::move(key), std::move(*executors));
}

asio::awaitable<Result<void>> BlueprintLeftovers::stop(ReplicaRuntime& runtime, Key key,
                                                       std::vector<std::string> executors)
{
    const auto instances = co_await runtime.list(key);
    if (instances.has_error())
        co_return instances.error();
    Deployment wanted;
    wanted.key = key;
    for (const Instance& instance : *instances) {
        if (std::ranges::find(executors, instance.executor) == executors.end()) {
            parts_.warn("the replica " + instance.name + " of " + to_text(key) +
                        " is left alone: this colony does not know its executor");
            continue;
        }
        const auto stopped = co_await runtime.stop(wanted, instance);
        if (stopped.has_error())
            co_return stopped.error();
        const auto removed = co_await parts_.identities.remove(instance.executor);
        if (removed.has_error())
            co_return removed.error();
        parts_.inform("removed the replica " + instance.name + ": the colony has its blueprint " + to_text(key) +
                      " no more");
    }
    co_return Result<void>{};
}

} // namespace forager
