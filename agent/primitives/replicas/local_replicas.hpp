// Replicas that are processes of this machine. All that is known of them stands in a folder, so they outlive whoever
// started them, and belong to whoever looks into it: see docs/decisions on local replicas. On the strand.
//
//     FOLDER/<digest of the document's key>/<replica>/   see ReplicaFolder
//     FOLDER/.new-…, FOLDER/.gone-…                     being made, being removed
#pragma once

#include "io/pool.hpp"
#include "io/process/environment.hpp"
#include "io/process/launch.hpp"
#include "io/process/reaper.hpp"
#include "io/process/replica/replica_folder.hpp"
#include "io/process/replica/replica_plan.hpp"
#include "ports/clock.hpp"
#include "ports/replica_runtime.hpp"
#include "primitives/replicas/local_look.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace forager::replicas {

class LocalReplicas final : public ReplicaRuntime {
public:
    /// All must outlive it. For the whole process, SIGPIPE is ignored from now on.
    struct Parts {
        std::string folder; ///< of all replicas of this user; made when the first one comes
        boost::asio::any_io_executor executor;
        BlockingPool& pool;
        Clock& clock;
        std::function<Environment()> environment; ///< what all replicas begin with: none of the agent's secrets
        std::uint64_t open_files = 1024;          ///< what each may have open, until it asks for more
    };

    explicit LocalReplicas(Parts parts);

    std::string place() const override { return parts_.folder; }
    Result<void> check(const reconcile::Deployment& wanted) const override;

    /// Failures: none. What nobody has completed and nobody is about to is removed.
    boost::asio::awaitable<Result<std::vector<reconcile::Instance>>> list(reconcile::Key key) override;

    /// Failures: not_found (there is no such program, folder or user), refused, bad_arguments, limit.
    boost::asio::awaitable<Result<void>> start(reconcile::Deployment wanted, NewReplica replica) override;

    boost::asio::awaitable<Result<void>> stop(reconcile::Deployment wanted, reconcile::Instance instance) override;
    boost::asio::awaitable<Result<std::vector<reconcile::Key>>> keys(std::string origin) override;

    /// Failures: limit (no more folders can be watched), refused.
    boost::asio::awaitable<Failure> watch(std::function<void(const reconcile::Key& key)> changed) override;

    /// The last lines that it has written, to stdout and stderr alike; a megabyte at most. Failures: not_found.
    boost::asio::awaitable<Result<std::string>> log(reconcile::Key key, std::string name, std::size_t lines);

private:
    class InProgress;

    boost::asio::awaitable<Result<void>> started(reconcile::Deployment wanted, NewReplica replica);
    boost::asio::awaitable<Result<void>> launched(ReplicaPlan plan, ReplicaLabels labels);
    boost::asio::awaitable<Result<void>> answer(Descriptor words);
    boost::asio::awaitable<Result<void>> stopped(std::string path, reconcile::Instance instance, Duration grace);
    boost::asio::awaitable<Result<void>> remove(std::string path, Duration grace);
    boost::asio::awaitable<Result<void>> bury(std::string gone);
    boost::asio::awaitable<bool> end(ProcessIdentity keeper, Duration grace);
    boost::asio::awaitable<bool> sweep(std::string path);
    boost::asio::awaitable<bool> sweep_halves();
    Result<Launched> keeper_born(const ReplicaPlan& plan, const std::string& name) const;
    bool is_debris(const Sight& sight) const;
    std::string half_name(std::string_view what);
    std::string place_of(const reconcile::Key& key) const;
    void collect();

    Parts parts_;
    std::string boot_;
    ProcessIdentity self_;
    Reaper reaper_;
    std::set<std::string> in_progress_; // folders that this one is making or removing
    std::vector<pid_t> keepers_;        // children of this process
    std::size_t halves_ = 0;            // that were given a name
};

} // namespace forager::replicas
