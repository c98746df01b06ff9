// The blueprints of a colony whose definitions name one of the agent's executors: kept as documents of the agent, which
// its reconcilers see to, and told of. Looks at once when the colony has work, and by itself again and again: replicas
// are healed when the server's schedule fails, too. On the strand.
#pragma once

#include "app/agent/blueprint_leftovers.hpp"
#include "app/agent/blueprint_reports.hpp"
#include "app/agent/blueprint_words.hpp"
#include "core/reconcile/claims.hpp"
#include "io/nap.hpp"
#include "ports/blueprint_work.hpp"
#include "ports/clock.hpp"
#include "ports/replica_identities.hpp"
#include "ports/replica_runtime.hpp"
#include "primitives/colony/member.hpp"
#include "runtime/semaphore.hpp"
#include "runtime/supervisor.hpp"
#include "sources/reconcile/document_keeper.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace forager {

class BlueprintDesk final : public BlueprintWork {
public:
    static constexpr Duration between_looks = std::chrono::seconds{30};
    static constexpr Duration after_failure = std::chrono::seconds{5};
    static constexpr Duration bearable = std::chrono::seconds{10};     ///< a failure that is told has lasted so long
    static constexpr Duration longest_work = std::chrono::seconds{60}; ///< of one process
    static constexpr Duration longest_farewell = std::chrono::seconds{20}; ///< of what had a blueprint's name before

    /// All must outlive it.
    struct Parts {
        boost::asio::any_io_executor executor;
        Clock& clock;
        reconciling::DocumentKeeper& keeper;
        std::function<Result<ColonyMember*>()> member;
        RuntimeAccess runtime;
        ReplicaIdentities& identities;
        std::vector<BlueprintHandler> handlers;
        std::string colony;
        std::function<void(const std::string& message)> inform;
        std::function<void(const std::string& message)> warn;
    };

    explicit BlueprintDesk(Parts parts);

    /// Whether there is anything to do for it.
    bool serves() const { return !parts_.handlers.empty(); }

    void start(Supervisor& loops);

    /// What it does by itself: takes what is its, and lets go of what is not. Failures: the colony's; nothing is
    /// removed then.
    boost::asio::awaitable<Result<void>> look();

    /// For the keeper: the status of a document, of whatever origin, is another one.
    void changed(const reconcile::Document& document);

    boost::asio::awaitable<Result<Object>> reconcile(ReconcileWish wish) override;
    boost::asio::awaitable<Result<Object>> clean_up(std::string kind, std::string name) override;

private:
    /// A kind, and where this agent's executors for it are.
    struct Kind {
        reconcile::Handling handling;
        std::vector<std::string> locations;

        Kind() = default;
        explicit Kind(reconcile::Handling handling) : handling{std::move(handling)} {}
    };

    enum class Action { reconciled, status_updated, force_reconciled, left };

    /// What has become of one blueprint.
    struct Taken {
        reconcile::Key key;
        Action action = Action::left;
        std::string error;
        std::string reconciler; ///< somebody else, who sees to it

        Taken() = default;
    };

    enum class Asked { by_colony, by_nobody };

    boost::asio::awaitable<void> run();
    boost::asio::awaitable<Result<std::vector<Kind>>> kinds(ColonyMember& member);
    boost::asio::awaitable<Result<Kind>> kind_for(ColonyMember& member, ReconcileWish wish);
    boost::asio::awaitable<Result<std::vector<Taken>>> take_all(ColonyMember& member, Kind kind, ReconcileWish wish,
                                                                Asked asked);
    boost::asio::awaitable<Taken> take(colonies::Blueprint blueprint, Object schema, Asked asked, bool force);
    boost::asio::awaitable<Taken> apply(colonies::Blueprint blueprint, Object schema, Asked asked, bool force);
    boost::asio::awaitable<bool> is_free(reconcile::Key key, Asked asked);
    boost::asio::awaitable<Taken> take_attached(ReconcileWish wish);
    bool is_forced_anew(const reconcile::Key& key, const colonies::Blueprint& blueprint, const Object& document,
                        Asked asked, bool force);
    boost::asio::awaitable<void> drop_gone(ColonyMember& member, std::vector<Kind> kinds);
    boost::asio::awaitable<void> drop_if_gone(ColonyMember& member, reconcile::Key key, bool ours);
    boost::asio::awaitable<void> drop(reconcile::Key key, std::string why);
    boost::asio::awaitable<void> see_to(std::vector<Taken>& taken, TimePoint deadline);
    boost::asio::awaitable<void> settle(const std::vector<Taken>& taken, TimePoint deadline);
    bool is_settled(const reconcile::Key& key) const;
    Object result_of(const Taken& taken) const;

    std::optional<reconciling::Kept> kept(const reconcile::Key& key) const;
    std::optional<Object> status(const reconcile::Key& key) const;
    void forget(const reconcile::Key& key);
    void hear(const Result<void>& looked);

    Parts parts_;
    Nap nap_;
    Semaphore turns_{1}; // of looking and applying: a document is not compared while another one is on its way
    reconcile::Claims claims_;
    BlueprintLeftovers leftovers_;
    BlueprintReports reports_;
    std::map<reconcile::Key, std::string> problems_;        // why a blueprint was not applied
    std::map<reconcile::Key, std::int64_t> generations_;    // the server's, as read last
    std::map<reconcile::Key, std::int64_t> forced_unasked_; // generations that were forced before their process came
    std::set<std::string> listed_;                          // KIND/NAME of what the last look has seen
    std::optional<TimePoint> trouble_since_;
    std::string trouble_; // that was told of
};

} // namespace forager
