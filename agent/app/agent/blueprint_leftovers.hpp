// Replicas of blueprints that this agent does not keep: found by their labels alone, and removed where the colony has
// their blueprint no more. On the strand.
#pragma once

#include "core/reconcile/deployment.hpp"
#include "core/reconcile/key.hpp"
#include "ports/replica_identities.hpp"
#include "ports/replica_runtime.hpp"
#include "primitives/colony/member.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <vector>

namespace forager {

class BlueprintLeftovers {
public:
    /// All must outlive it.
    struct Parts {
        RuntimeAccess runtime;
        ReplicaIdentities& identities;
        std::function<bool(const reconcile::Key& key)> keeps; ///< the agent sees to it
        std::function<void(const std::string& message)> inform;
        std::function<void(const std::string& message)> warn;
    };

    explicit BlueprintLeftovers(Parts parts);

    /// Looks once at each runtime that can be asked, for blueprints that are gone; those that could not be asked are
    /// looked at the next time.
    boost::asio::awaitable<void> look(ColonyMember& member);

    /// All replicas of this blueprint, wherever they run; an empty kind: whatever its kind is. A runtime that cannot be
    /// asked has none. Failures: those of what is removed.
    boost::asio::awaitable<Result<void>> remove(ColonyMember& member, std::string kind, std::string name);

private:
    boost::asio::awaitable<bool> look_at(ColonyMember& member, reconcile::Runtime runtime);
    boost::asio::awaitable<Result<void>> remove(ColonyMember& member, reconcile::Runtime runtime, reconcile::Key key);
    boost::asio::awaitable<Result<void>> stop(ReplicaRuntime& runtime, reconcile::Key key,
                                              std::vector<std::string> executors);

    Parts parts_;
    std::vector<reconcile::Runtime> unseen_;
};

} // namespace forager
