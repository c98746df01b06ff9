// One run of a workflow: which of its tasks begin, and when. Part of the workflow runner, used on the strand.
#pragma once

#include "core/outcome.hpp"
#include "core/workflow_graph.hpp"
#include "runtime/task_group.hpp"
#include "runtime/task_run.hpp"
#include "runtime/workflow.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <deque>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace forager {

class WorkflowRun {
public:
    /// All that is passed by reference must outlive it.
    WorkflowRun(Scheduler& scheduler, const Workflow& workflow, WorkflowGraph graph, const Invocation& parent,
                Observer& observer, Recording* recording, const ColonyCalls* colony);

    /// As `WorkflowRunner::run` says; once.
    boost::asio::awaitable<Outcome> run();

private:
    enum class Stage { waiting, begun, ended };

    // What is known of a task at this moment.
    struct Step {
        const WorkflowTask* task;
        Invocation invocation; // without arguments
        Value result;
        Stage stage = Stage::waiting;
    };

    Step make_step(const WorkflowTask& task, const Invocation& parent);
    void announce();
    void enqueue(const std::vector<std::size_t>& nodes);
    void begin_what_fits();
    boost::asio::awaitable<void> run_step(std::size_t node);
    boost::asio::awaitable<Outcome> outcome_or_cancelled(Step& step);
    std::string key_of(const WorkflowTask& task) const { return run_key_ + " task " + task.name; }
    const Value* result_of(std::string_view task) const;
    void settle(std::size_t node, Outcome outcome);
    void give_up_rest();
    Outcome result() const;

    const Workflow& workflow_;
    TaskRun::Parts parts_; // for each task
    std::string run_key_;  // of this run, among those of its parent
    WorkflowGraph graph_;
    ReadyNodes ready_;
    std::vector<Step> steps_;
    std::unordered_map<std::string_view, std::size_t> places_;
    std::deque<std::size_t> queue_;
    std::size_t running_ = 0;
    std::optional<Failure> failure_;
    TaskGroup group_;
};

} // namespace forager
