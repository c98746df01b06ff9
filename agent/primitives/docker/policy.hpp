// What those who ask may have of containers, as the configuration says it.
#pragma once

#include "base/time.hpp"
#include "core/invocation.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace forager::docker_work {

/// One policy. Lists are patterns; `core/container_rules.hpp` says what they mean. Numbers that are 0 bound nothing.
struct Policy {
    using Texts = std::vector<std::string>;

    std::string name;

    Texts sources;   ///< who asks: "run", "broker", "cron *"; empty: anybody
    Texts functions; ///< for which function, or for one that waits for it; empty: any

    Texts images{"**"};
    Texts mounts{"*", "/"};
    Texts networks{"*"}; ///< names; where none is asked for, it is "bridge"
    Texts ports{"*"};
    Texts users{"*"};            ///< as "1000:1000"; where none is asked for, it is ""
    Texts capabilities{"usual"}; ///< "usual": what engines give every container; "all"
    bool privileged = false;
    bool new_privileges = true;
    bool gpus = true;
    bool build = true;      ///< images may be made: built, imported, named
    bool read_only = false; ///< the root file system always is

    std::size_t memory = 0; ///< bytes
    double cpus = 0;        ///< cores
    std::size_t pids = 0;
    Duration lifetime{};        ///< of a container that is waited for
    std::size_t containers = 0; ///< at once

    bool operator==(const Policy&) const = default;
};

/// On whose behalf an engine is asked for something.
struct Asker {
    std::string source;
    std::vector<std::string> functions; ///< the one that runs, and those that wait for it

    Asker() = default;
};

Asker asker_of(const Invocation& invocation);

/// The last of them that is about the asker, as what stands later in a configuration counts; where none is, the one of
/// the default values, which has no name.
const Policy& policy_for(const std::vector<Policy>& policies, const Asker& asker);

} // namespace forager::docker_work
