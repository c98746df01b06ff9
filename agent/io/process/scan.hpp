// One walk over all processes of the machine, which finds and signals those with certain tags. Used by the reaper, on
// the pool.
#pragma once

#include "io/process/identity.hpp"
#include "io/process/tag.hpp"

#include <sys/types.h>

#include <cstddef>
#include <set>
#include <vector>

namespace forager {

/// A process that cannot be mistaken for another, since `pidfd` holds it.
struct HeldProcess {
    pid_t process = -1;
    int pidfd = -1;
};

/// What the walk shall do with the processes of one pattern.
struct Hunt {
    TagPattern pattern;
    HeldProcess main;       ///< hunted whatever its tag, which cannot be read when it has become another user's
    bool kill = false;      ///< SIGKILL at every walk; else SIGTERM, once for each process
    bool walked = false;    ///< took part in a walk
    std::size_t living = 0; ///< found by the last walk
    bool refused = false;   ///< some are another user's now: not ours to end, and not waited for
    std::set<pid_t> asked;  ///< those that have got their SIGTERM

    explicit Hunt(TagPattern pattern, HeldProcess main = {}) : pattern{pattern}, main{main} {}
};

/// What an agent or a keeper has started that had this identity, itself among it where it lives.
TagPattern left_by(const ProcessIdentity& owner);

/// Signals what it finds, and counts it in `living`. A process that has ended but that its parent has not collected
/// does not count.
void walk_processes(std::vector<Hunt*> hunts);

} // namespace forager
