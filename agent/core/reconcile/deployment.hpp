// The desired state of one ExecutorDeployment, out of a document in any of its dialects: that of the first example
// (`config.env`, `config.volumes[{source,target}]`) and that of today's blueprints (`env`,
// `volumes[{host,container,readOnly}]`). Pure.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"
#include "core/reconcile/key.hpp"
#include "core/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forager::reconcile {

inline constexpr std::string_view deployment_kind = "ExecutorDeployment";
inline constexpr std::int64_t most_replicas = 1'000;

enum class Runtime { docker, kubernetes, local };
std::string_view word(Runtime runtime);

enum class Naming {
    index, ///< <name>-<id8>-<i>
    random ///< <name>-<5 hex digits>
};

struct Volume {
    std::string source; ///< a path of the machine, or the name of a volume (docker) or claim (kubernetes)
    std::string target;
    bool read_only = false;
    bool operator==(const Volume&) const = default;
};

struct PortMapping {
    std::uint16_t container = 0;
    std::optional<std::uint16_t> host; ///< nothing: any free one
    std::string protocol = "tcp";
    bool operator==(const PortMapping&) const = default;
};

/// A command in the replica (local: beside it, with its environment) that succeeds when it is well.
struct HealthCheck {
    std::vector<std::string> command;
    Duration interval = std::chrono::seconds{5};
    Duration timeout = std::chrono::seconds{5};
    int retries = 3; ///< so many failures in a row make it unhealthy
    bool operator==(const HealthCheck&) const = default;
};

/// What every replica is made from. Another one makes all replicas old.
struct Template {
    std::string executor_type; ///< empty: it is no executor
    std::string image;         ///< of docker and kubernetes; local ignores it
    std::optional<std::vector<std::string>> entrypoint;
    std::optional<std::vector<std::string>> command;         ///< `command`, and `args` behind it
    std::vector<std::pair<std::string, std::string>> env;    ///< in the order of the document
    std::vector<std::pair<std::string, std::string>> labels; ///< of `metadata.labels` and `spec.labels`
    std::vector<Volume> volumes;
    std::vector<PortMapping> ports;
    std::optional<double> cpu;           ///< cores
    std::optional<std::uint64_t> memory; ///< bytes
    std::string user;
    std::string cwd;
    std::string network; ///< docker's
    bool privileged = false;
    std::optional<HealthCheck> health;
    std::int64_t forced = 0; ///< how often somebody asked for new replicas without another reason

    Template() = default;
    bool operator==(const Template&) const = default;
};

/// So long none is trusted that may die at once: a node needs a moment to see that.
inline constexpr Duration trial_on(Runtime runtime)
{
    return std::chrono::seconds{runtime == Runtime::kubernetes ? 3 : 1};
}

struct Rolling {
    std::int64_t max_surge = 1;
    std::int64_t max_unavailable = 1;
    /// A replica counts when it has been ready for so long. Nothing: `trial_on`, until one has.
    std::optional<Duration> min_ready;
    Duration progress_deadline = std::chrono::minutes{5}; ///< without one more that is ready a change has failed
    bool roll_back = true;                                ///< a change that failed is taken back
};

struct Deployment {
    Key key;
    std::string id; ///< of the document: `metadata.uid`, `blueprintid`, or made of the key
    std::int64_t generation = 1;
    Runtime runtime = Runtime::docker;
    std::int64_t replicas = 1;
    Naming naming = Naming::index;
    Template replica;
    Rolling rolling;
    Duration grace = std::chrono::seconds{10}; ///< between asking a replica to end and killing it
    bool paused = false;                       ///< `spec.paused`

    Deployment() = default;
};

/// How much a document may say that is not known.
enum class Strictness {
    strict, ///< an unknown member is a mistake
    lenient ///< it is ignored: a server took it already
};

/// Its key has no origin: the caller knows it. A port of the machine (docker) allows one replica, and no surge.
/// Failures: bad_arguments, whose message begins with the path of the member ("spec.replicas: …") and whose details
/// have it as `field`; an unknown member's names the nearest known one.
Result<Deployment> deployment_of(const Object& document, Strictness strictness);

/// 16 hex digits: the same of two equal templates, whatever the order of their env and labels.
std::string print_of(const Template& replica);

/// The first 8 characters of the id without dashes, in lower case; of one that is no such id, 8 hex digits made of it.
std::string short_id(const Deployment& deployment);

} // namespace forager::reconcile
