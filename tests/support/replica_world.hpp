// A runtime for replicas in memory, and identities in memory: for tests of what keeps documents. Anything may be made
// to fail, or to die in the middle.
#pragma once

#include "io/entropy.hpp"
#include "ports/documents.hpp"
#include "ports/replica_identities.hpp"
#include "ports/replica_runtime.hpp"
#include "virtual_clock.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace forager::test {

/// Where things break: after so many steps nothing works any more, as if the agent had died between two of them.
struct Fuse {
    std::optional<std::size_t> steps;

    bool blown()
    {
        if (steps && *steps == 0)
            return true;
        if (steps)
            --*steps;
        return false;
    }
};

class MemoryRuntime final : public ReplicaRuntime {
public:
    using Instances = std::map<std::string, reconcile::Instance>;

    MemoryRuntime(Clock& clock, Fuse& fuse, std::string place = "memory")
        : clock_{clock}, fuse_{fuse}, place_{std::move(place)}
    {
    }

    std::string place() const override { return place_; }

    Result<void> check(const reconcile::Deployment&) const override { return {}; }

    boost::asio::awaitable<Result<std::vector<reconcile::Instance>>> list(reconcile::Key key) override
    {
        ++looks;
        if (away)
            co_return Failure{Errc::unreachable, "the engine is away"};
        std::vector<reconcile::Instance> all;
        for (auto& [name, instance] : of[key]) {
            settle(instance);
            all.push_back(instance);
        }
        co_return all;
    }

    boost::asio::awaitable<Result<void>> start(reconcile::Deployment wanted, NewReplica replica) override
    {
        co_await sleep_for(clock_, pace);
        if (fuse_.blown() || away)
            co_return Failure{Errc::unreachable, "the engine is away"};
        if (strangers.contains(replica.name))
            co_return Failure{Errc::refused, "the name is a stranger's"};
        reconcile::Instance instance;
        instance.name = replica.name;
        instance.id = replica.name + "@" + std::to_string(++made);
        instance.print = reconcile::print_of(wanted.replica);
        instance.generation = wanted.generation;
        instance.executor = replica.executor;
        instance.created = clock_.wall();
        instance.started = clock_.wall();
        instance.state = reconcile::Instance::State::running;
        env[instance.name] = replica.env;
        of[wanted.key][instance.name] = std::move(instance);
        most = std::max(most, of[wanted.key].size());
        co_return Result<void>{};
    }

    boost::asio::awaitable<Result<void>> stop(reconcile::Deployment wanted, reconcile::Instance instance) override
    {
        co_await sleep_for(clock_, pace);
        if (fuse_.blown() || away)
            co_return Failure{Errc::unreachable, "the engine is away"};
        of[wanted.key].erase(instance.name);
        co_return Result<void>{};
    }

    boost::asio::awaitable<Result<std::vector<reconcile::Key>>> keys(std::string origin) override
    {
        std::vector<reconcile::Key> all;
        for (const auto& [key, instances] : of)
            if (key.origin == origin && !instances.empty())
                all.push_back(key);
        co_return all;
    }

    boost::asio::awaitable<Failure> watch(std::function<void(const reconcile::Key& key)> changed) override
    {
        changed_ = std::move(changed);
        changed_({});
        for (;;)
            co_await sleep_for(clock_, std::chrono::hours{1});
    }

    /// As somebody else does it.
    void kill(const reconcile::Key& key, const std::string& name, int code = 137)
    {
        auto& instance = of[key].at(name);
        instance.state = reconcile::Instance::State::ended;
        instance.ready = false;
        instance.exit_code = code;
        instance.ended = clock_.wall();
        if (changed_)
            changed_(key);
    }

    Duration pace = std::chrono::milliseconds{5};
    Duration to_ready = std::chrono::milliseconds{300};
    std::set<std::string> bad_prints; ///< of templates whose replicas die at once
    std::set<std::string> strangers;  ///< names that are taken
    std::map<reconcile::Key, Instances> of;
    std::map<std::string, std::vector<std::pair<std::string, std::string>>> env; ///< by name
    std::size_t made = 0;
    std::size_t most = 0; ///< at once
    std::size_t looks = 0;
    bool away = false;

private:
    void settle(reconcile::Instance& instance) const
    {
        if (instance.state != reconcile::Instance::State::running)
            return;
        if (bad_prints.contains(instance.print)) {
            instance.state = reconcile::Instance::State::ended;
            instance.exit_code = 3;
            instance.ended = clock_.wall();
        } else {
            instance.ready = clock_.wall() - *instance.started >= to_ready;
        }
    }

    Clock& clock_;
    Fuse& fuse_;
    std::string place_;
    std::function<void(const reconcile::Key& key)> changed_;
};

class MemoryIdentities final : public ReplicaIdentities {
public:
    explicit MemoryIdentities(Fuse& fuse) : fuse_{fuse} {}

    boost::asio::awaitable<Result<ReplicaIdentity>> make(reconcile::Deployment wanted, std::string replica) override
    {
        if (fuse_.blown())
            co_return Failure{Errc::unreachable, "the colony is away"};
        ReplicaIdentity identity;
        identity.executor = replica + "-" + std::to_string(++made_);
        identity.env = {{"COLONIES_EXECUTOR_NAME", identity.executor}};
        registered.emplace(identity.executor, wanted.key);
        co_return identity;
    }

    boost::asio::awaitable<Result<void>> remove(std::string executor) override
    {
        if (fuse_.blown())
            co_return Failure{Errc::unreachable, "the colony is away"};
        registered.erase(executor);
        co_return Result<void>{};
    }

    boost::asio::awaitable<Result<std::vector<std::string>>> of(reconcile::Deployment wanted) override
    {
        std::vector<std::string> all;
        for (const auto& [executor, key] : registered)
            if (key == wanted.key)
                all.push_back(executor);
        co_return all;
    }

    std::map<std::string, reconcile::Key> registered;

private:
    Fuse& fuse_;
    std::size_t made_ = 0;
};

/// What is kept, as long as the test lives.
class KeptDocuments final : public Documents {
public:
    boost::asio::awaitable<Result<std::vector<reconcile::Document>>> all() override
    {
        std::vector<reconcile::Document> all;
        for (const auto& [key, document] : kept)
            all.push_back(document);
        co_return all;
    }
    boost::asio::awaitable<Result<void>> keep(reconcile::Document document) override
    {
        keep_soon(std::move(document));
        co_return Result<void>{};
    }
    boost::asio::awaitable<Result<void>> forget(reconcile::Key key) override
    {
        kept.erase(key);
        co_return Result<void>{};
    }
    void keep_soon(reconcile::Document document) override { kept[document.key] = std::move(document); }

    std::map<reconcile::Key, reconcile::Document> kept;
};

} // namespace forager::test
