// The birth of a child: pipes, vfork, limits, exec. Blocks until the program runs, so it is called on the pool.
#pragma once

#include "core/failure.hpp"
#include "io/process/environment.hpp"
#include "io/process/tag.hpp"
#include "io/system_failure.hpp"
#include "ports/process_runner.hpp"

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace forager {

class Nursery;

struct LaunchPlan {
    std::vector<std::string> argv;
    Environment environment;
    std::string cwd;
    bool own_folder = false;                ///< `cwd` is the scratch folder, which is given to the user
    std::string user;                       ///< by name or number; empty: the present one
    std::vector<std::string> own_variables; ///< names that the user's surroundings leave as they are
    ResourceLimits limits;
    std::uint64_t open_files = 0; ///< what it may have open unless `limits` says otherwise
    TagPair tags;
    bool input = false; ///< a pipe for its stdin; else that is empty
    bool link = false;  ///< a socket of whole messages in the place of that pipe
    bool merge = false;
    bool report = false; ///< a pipe on its descriptor 3

    LaunchPlan() = default;
};

/// A running child and our ends of its pipes, which do not block. A pipe that was not asked for is not open.
struct Launched {
    pid_t process = -1;
    Descriptor pidfd;
    Descriptor input;
    Descriptor out;
    Descriptor err;
    Descriptor report;
    std::shared_ptr<Nursery> nursery; ///< whose child it is; a null pointer: ours

    Launched() = default;
};

/// Nothing: there are no descriptors left at the moment. Failures: not_found, refused, bad_arguments as `run` says; no
/// child remains then.
Result<std::optional<Launched>> launch(const LaunchPlan& plan);

/// Gives a process that was forked for the plan its tags and limits. False: see `errno`.
bool set_limits(pid_t process, const LaunchPlan& plan);

} // namespace forager
