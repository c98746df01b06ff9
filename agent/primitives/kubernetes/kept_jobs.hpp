// Jobs of functions with orphans = "adopt": they go on when the agent is gone, and say themselves whose they are to the
// next one. One for a cluster, on the strand.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "ports/process_runner.hpp"
#include "primitives/kept_places.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace forager {
class KubernetesCluster;
}

namespace forager::kubernetes_work {

/// One such job: where it stands in its function, and what tells it from another one at the same place.
struct KeptJob {
    Keep keep;
    std::string print; ///< a digest of all that the script gave
};

class KeptJobs final : public KeptPlaces {
public:
    /// The cluster must outlive it.
    explicit KeptJobs(KubernetesCluster& cluster) : cluster_{cluster} {}

    /// Writes on a job, before it is made, whose it is, and lets it stay for days after its end.
    static void mark(Object& job, const KeptJob& kept);

    /// A job that an agent before has left: whether it is kept until somebody claims it.
    bool take_up(const Object& job);

    /// The job of this claim that was begun before. Another one at its place is removed. Failures: those of the client.
    boost::asio::awaitable<Result<std::optional<Object>>> claim(KeptJob kept);

    /// It runs for this claim from now on.
    void begin(const KeptJob& kept, const std::string& space, const std::string& job);

private:
    boost::asio::awaitable<void> remove(std::string id) override;

    KubernetesCluster& cluster_;
};

} // namespace forager::kubernetes_work
