// Workflows of a colony, for functions and scripts: graphs of calls that the server starts one after the other. Values
// in and out; the failures are those of processes.hpp.
#pragma once

#include "core/outcome.hpp"
#include "primitives/colony/member.hpp"
#include "primitives/colony/specification.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace forager {

namespace colonies {
struct WorkflowSpec;
}

/// Failures, naming the task: those of `specification_of` and of `WorkflowGraph::make`; bad_arguments for no task and
/// for one without a name.
Result<colonies::WorkflowSpec> workflow_of(std::vector<ColonyCall> tasks, std::string colony);

namespace colony_work {

/// The graph as a table. Failures: bad_arguments.
boost::asio::awaitable<Result<Object>> submit_workflow(ColonyMember& member, std::vector<ColonyCall> tasks);

/// The tasks' outputs by their names, when all have ended; the failure of the task that failed, which names it. A
/// server that is away is waited for; it begins with a failure when the server is not there now.
boost::asio::awaitable<Outcome> wait_for_workflow(ColonyMember& member, std::string graph);

/// Submits, and waits. When the caller is cancelled, so is the graph, unless it is to `go_on`.
boost::asio::awaitable<Outcome> run_workflow(ColonyMember& member, std::vector<ColonyCall> tasks, bool go_on);

/// With `tasks`: its processes as tables, in the order in which they were submitted.
boost::asio::awaitable<Result<Object>> get_workflow(ColonyMember& member, std::string graph);

boost::asio::awaitable<Result<void>> cancel_workflow(ColonyMember& member, std::string graph);

/// `state` and `count` as in `list` of processes; the newest first.
boost::asio::awaitable<Result<Array>> list_workflows(ColonyMember& member, Object query);

} // namespace colony_work
} // namespace forager
