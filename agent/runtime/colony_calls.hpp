// Calls of functions that run in a colony. For the scheduler each is a function like any other: its limits, retries and
// deadlines hold, and a try is one process. The caller leaves its place to others while it waits. Where it records what
// it calls, the process is looked for after a death of this agent, and not handed in a second time.
#pragma once

#include "ports/colony.hpp"
#include "ports/journal.hpp"
#include "runtime/colony_try.hpp"
#include "runtime/registry.hpp"
#include "runtime/scheduler.hpp"

#include <string>

namespace forager {

class ColonyCalls {
public:
    /// All that is passed must outlive its calls.
    ColonyCalls(Scheduler& scheduler, Journal& journal, Colony& colony);

    /// The function of this name there, whatever this agent has by that name: for `Scheduler::call`. An invocation's
    /// `timeout` is that of one try, from handing it in to its end. Cancelled, it asks for the end of its process, but
    /// not when the agent stops and the caller goes on after the next start.
    Registry::EntryPtr function(std::string name, ColonyWay way = {}) const;

private:
    Scheduler& scheduler_;
    Journal& journal_;
    Colony& colony_;
};

} // namespace forager
