// What to do next so that the replicas that there are become those that are wanted, and why. Decided from one look at
// them, without I/O: doing it twice, in part or not at all is harmless, since the next look decides anew.
#pragma once

#include "base/time.hpp"
#include "core/reconcile/deployment.hpp"
#include "core/reconcile/instance.hpp"
#include "core/value.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forager::reconcile {

enum class Phase {
    pending,  ///< not all are ready yet, for the first time
    running,  ///< all that are wanted are there, ready and of the wanted template
    scaling,  ///< some are missing or too many
    updating, ///< some are of another template
    degraded, ///< replicas die at once, or a change has failed
    paused,   ///< somebody asked to leave everything as it is
    deleting, ///< it is to go, and some are left
    deleted   ///< nothing is left
};
std::string_view word(Phase phase); ///< "Pending", "Running" …

struct Action {
    enum class Kind {
        start, ///< a new one of this name
        stop   ///< ends it where it runs, and removes what is left of it
    };

    Kind kind = Kind::start;
    Runtime runtime = Runtime::docker;
    std::string name;
    std::string reason; ///< for people: "1 of 3 is missing", "its template is old"

    Action() = default;
    Action(Kind kind, Runtime runtime, std::string name, std::string reason)
        : kind{kind}, runtime{runtime}, name{std::move(name)}, reason{std::move(reason)}
    {
    }
    bool operator==(const Action&) const = default;
};

/// What is remembered from one look to the next. Without it nothing breaks: back-offs and deadlines begin anew.
struct Memory {
    std::string print; ///< of the template that it is about
    /// So often in a row replicas died soon after their start, or were never well; several at one look count as one.
    std::int64_t failures = 0;
    std::optional<WallTime> last_failure;  ///< when the last of them was seen
    std::string last_end;                  ///< how it ended, for people
    std::int64_t most_ready = 0;           ///< of the template, so far
    std::optional<WallTime> last_progress; ///< when that grew, or when the template was first seen
    bool tried = false;                    ///< one of the template has been ready for the trial
    bool done = false;                     ///< all that are wanted were ready once: no change can fail any more
    std::vector<std::string> counted;      ///< ids of those that were counted, as long as they are there
    /// By id, of those that are ready: by our own clock, since a cluster's may be another.
    std::map<std::string, WallTime> ready_since;

    Memory() = default;
};

struct Plan {
    std::vector<Action> actions; ///< in this order; stops of dead ones before starts
    Phase phase = Phase::pending;
    std::string message;                ///< for people: why it is not Running
    std::optional<Duration> look_again; ///< at the latest, though nothing is heard: a back-off or a deadline ends
    std::string failure;                ///< why the change to this template has failed; empty: it has not
    Memory memory;

    Plan() = default;
};

/// What is wanted and what is there at one moment. `there` must have all replicas of the document and nobody else's, as
/// far as they can be seen: those of other runtimes are old, whatever their template.
struct Look {
    const Deployment& wanted;
    const std::vector<Instance>& there;
    const Memory& memory;
    WallTime now;
    std::uint64_t chance = 0; ///< random; only used where names are
    bool deleting = false;    ///< it is to go
};

/// The actions are to be done one after another, and those behind one that fails not at all.
Plan plan(const Look& look);

/// All that would be done one plan after another, where whatever is started is well soon.
std::vector<Action> foreseen(const Look& look);

/// For people and for programs: name, kind, phase, message, generation, observedGeneration, replicas (wanted), ready,
/// updated, instances (a list of { id, name, type, state, ready, generation, executor, image, created, lastCheck,
/// exitCode, trouble }; those without a value are left out), runningInstances, stoppedInstances, totalInstances,
/// lastUpdated.
Object status_of(const Deployment& wanted, const std::vector<Instance>& there, const Plan& plan, WallTime now);

} // namespace forager::reconcile
