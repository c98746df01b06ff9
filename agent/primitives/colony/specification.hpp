// What is asked of a colony: the call of a function, its limits, and who may run it. One place makes a function spec of
// it, for scripts, commands and workflows. Pure. Facts: Colonies v1.9.12.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace forager {

namespace colonies {
struct FunctionSpec;
}

struct ColonyCall {
    std::string function; ///< as the executor knows it: a full name for Forager's, FAMILY.NAME
    Array args;
    Object kwargs;
    std::string executor = "forager";        ///< the executor type that it goes to
    std::vector<std::string> executor_names; ///< only these; empty: any of the type
    std::string location;                    ///< empty: anywhere
    std::optional<Duration> timeout;         ///< of each run; none: for ever. The server counts whole seconds
    std::optional<Duration> max_wait;        ///< until it runs; none: for ever
    std::int64_t retries = 0;                ///< how often it is run again when `timeout` is over; -1: for ever
    std::int64_t priority = 0;               ///< -50000 to 50000, the higher first
    std::string label;
    std::map<std::string, std::string> env;
    std::vector<std::string> channels; ///< between who submits it and who runs it; at most 100
    std::int64_t millicores = 0;       ///< that it needs; 0: it does not say
    std::int64_t memory = 0;           ///< bytes, the same
    std::string node;                  ///< its name in a workflow
    std::vector<std::string> after;    ///< in a workflow: the nodes that it waits for

    ColonyCall() = default;
};

/// From the options of a script, all but the function: `args`, `kwargs`, `executor`, `executor_names`, `location`,
/// `timeout`, `max_wait`, `retries`, `priority`, `label`, `env`, `channels`, `cpu` (cores, or text as "500m"), `memory`
/// (bytes, or text as "512MB"), `node`, `after`. Others are not looked at. Failures: bad_arguments, naming the option.
Result<ColonyCall> colony_call(std::string function, const Object& options);

/// Failures: bad_arguments, naming the option: no function, a time limit of nothing, a priority out of range, a number
/// among the arguments that the server would round.
Result<colonies::FunctionSpec> specification_of(ColonyCall call, std::string colony);

} // namespace forager
