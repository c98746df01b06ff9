// Who replicas are in a colony: executors that are registered with the owner's key and forgotten again. On the strand.
// Facts: Colonies v1.9.12, and the variables that executors of ColonyOS read.
#pragma once

#include "core/failure.hpp"
#include "ports/clock.hpp"
#include "ports/replica_identities.hpp"
#include "primitives/colony/member.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace forager {

/// Each replica of a document with an executor type gets a key of its own, and is registered as
/// `<replica>-<generation>`; where that name was used before, with five random digits behind it. It belongs to a
/// document by the record's `blueprintid`, which begins with the document's id, by the mark that stands among its
/// software (servers that know no blueprints keep that), or, where both were overwritten, by its type and a name with
/// the document's id in it.
class ColonyIdentities final : public ReplicaIdentities {
public:
    using MemberAccess = std::function<Result<ColonyMember*>()>;

    /// Where replicas find the server.
    struct Server {
        std::string host;
        std::uint16_t port = 0;
        bool tls = false;

        Server() = default;
    };

    /// `random` must outlive it.
    ColonyIdentities(MemberAccess member, Server server, Random& random)
        : member_{std::move(member)}, server_{std::move(server)}, random_{random}
    {
    }

    /// Failures: also refused, where the owner's key is not known and the document comes from the colony. One of the
    /// agent's own documents runs without an identity then.
    boost::asio::awaitable<Result<ReplicaIdentity>> make(reconcile::Deployment wanted, std::string replica) override;

    boost::asio::awaitable<Result<void>> remove(std::string executor) override;

    /// Those that are approved.
    boost::asio::awaitable<Result<std::vector<std::string>>> of(reconcile::Deployment wanted) override;

private:
    using Environment = std::vector<std::pair<std::string, std::string>>;

    Environment environment(const ColonyMember& member, const reconcile::Deployment& wanted,
                            const std::string& replica) const;
    boost::asio::awaitable<Result<std::string>> enrol(ColonyMember& member, reconcile::Deployment wanted,
                                                      std::string replica, std::string id);
    std::string five_digits();

    MemberAccess member_;
    Server server_;
    Random& random_;
};

/// Where there is no colony: replicas are told what they are called, and nobody registers them.
class PlainIdentities final : public ReplicaIdentities {
public:
    boost::asio::awaitable<Result<ReplicaIdentity>> make(reconcile::Deployment wanted, std::string replica) override;
    boost::asio::awaitable<Result<void>> remove(std::string executor) override;
    boost::asio::awaitable<Result<std::vector<std::string>>> of(reconcile::Deployment wanted) override;
};

/// What every replica is told of itself: COLONIES_DEPLOYMENT, COLONIES_CONTAINER_NAME, and of an executor its name and
/// type, too. Pure.
std::vector<std::pair<std::string, std::string>> replica_names(const reconcile::Deployment& wanted,
                                                               const std::string& replica, const std::string& executor);

} // namespace forager
