// Runs workflows: everything whose dependencies have ended at once, through the scheduler. Used on the strand.
#pragma once

#include "core/outcome.hpp"
#include "core/workflow_graph.hpp"
#include "runtime/recording.hpp"
#include "runtime/scheduler.hpp"
#include "runtime/workflow.hpp"

#include <boost/asio/awaitable.hpp>

namespace forager {

class ColonyCalls;

class WorkflowRunner {
public:
    /// `scheduler` must outlive it.
    explicit WorkflowRunner(Scheduler& scheduler) : scheduler_{scheduler} {}

    /// Finds what is wrong before anything runs. Failures carry the task's place: duplicates, unknown names and cycles
    /// (bad_arguments), unknown functions (not_found) are errors of the declaration; one that is not available here
    /// (refused) is none. Those of tasks with an executor, and all without a registry, are not looked for.
    Result<void> check(const Workflow& workflow, const Registry* registry) const;

    /// Runs it as a part of `parent`. A success is one object, task name → result, as declared; a failure is that of
    /// the task that failed first, after all that does not depend on it has ended. Tasks that `recording` (which may be
    /// null) says are done are not run again. With `colony`, what tasks call is called there, with a task's time limit
    /// for that of its running. All arguments must outlive the call. Throws `operation_aborted` when cancelled, after
    /// all tasks are gone.
    boost::asio::awaitable<Outcome> run(const Workflow& workflow, const Invocation& parent, Observer& observer,
                                        Recording* recording = nullptr, const ColonyCalls* colony = nullptr);

private:
    Result<WorkflowGraph> plan(const Workflow& workflow, const Registry* registry) const;
    Result<void> check_task(const WorkflowTask& task, const Registry* registry) const;

    Scheduler& scheduler_;
};

} // namespace forager
