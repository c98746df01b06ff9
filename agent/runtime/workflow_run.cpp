#include "runtime/workflow_run.hpp"

#include "base/ids.hpp"
#include "base/text.hpp"
#include "ports/cancellation.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

Failure named(Failure failure, const WorkflowTask& task)
{
    failure.message = "task '" + task.name + "' failed: " + failure.message;
    failure.details.set("task", task.name);
    if (failure.where.empty())
        failure.where = task.where;
    return failure;
}

} // namespace

WorkflowRun::WorkflowRun(Scheduler& scheduler, const Workflow& workflow, WorkflowGraph graph, const Invocation& parent,
                         Observer& observer, Recording* recording, const ColonyCalls* colony)
    : workflow_{workflow},
      parts_{scheduler, observer, recording, colony, [this](std::string_view task) { return result_of(task); }},
      run_key_{recording == nullptr ? "" : recording->next_key("workflow " + workflow.name)},
      graph_{std::move(graph)},
      ready_{graph_},
      group_{scheduler.executor()}
{
    for (const WorkflowTask& task : workflow.tasks) {
        places_.emplace(task.name, steps_.size());
        steps_.push_back(make_step(task, parent));
    }
}

WorkflowRun::Step WorkflowRun::make_step(const WorkflowTask& task, const Invocation& parent)
{
    Step step{&task, nested_in(parent, task.function, parts_.recording != nullptr), {}};
    step.invocation.id =
        parts_.recording == nullptr ? parts_.scheduler.fresh_id() : derived_id(parent.id, key_of(task));
    step.invocation.label = workflow_.name + "." + task.name;
    step.invocation.source = "workflow " + workflow_.name;
    if (parts_.colony == nullptr) // there, waiting for an executor counts as little as waiting for a place does here
        step.invocation.timeout = task.timeout;
    step.invocation.retries = task.retries;
    return step;
}

asio::awaitable<Outcome> WorkflowRun::run()
{
    announce();
    co_await asio::this_coro::throw_if_cancelled(false);
    enqueue(ready_.first());
    try {
        co_await group_.join();
    } catch (...) {
        give_up_rest();
        throw;
    }
    co_return result();
}

void WorkflowRun::announce()
{
    for (std::size_t node = 0; node < steps_.size(); ++node) {
        std::vector<std::string> names;
        for (const std::size_t dependency : graph_.dependencies(node))
            names.push_back(steps_[dependency].task->name);
        parts_.observer.state(steps_[node].invocation, State::waiting, names.empty() ? "" : "after " + listed(names));
    }
}

void WorkflowRun::enqueue(const std::vector<std::size_t>& nodes)
{
    queue_.insert(queue_.end(), nodes.begin(), nodes.end());
    begin_what_fits();
}

void WorkflowRun::begin_what_fits()
{
    while (!queue_.empty() && !group_.cancelled() && running_ < std::max<std::size_t>(1, workflow_.concurrency)) {
        const std::size_t node = queue_.front();
        queue_.pop_front();
        ++running_;
        group_.spawn(steps_[node].invocation.label, run_step(node));
    }
}

asio::awaitable<void> WorkflowRun::run_step(std::size_t node)
{
    Step& step = steps_[node];
    step.stage = Stage::begun;
    Outcome outcome = co_await outcome_or_cancelled(step);
    step.stage = Stage::ended;
    --running_;
    settle(node, std::move(outcome));
    begin_what_fits();
}

// A function may be cancelled by something of its own: that fails its task, it does not end the workflow.
asio::awaitable<Outcome> WorkflowRun::outcome_or_cancelled(Step& step)
{
    try {
        TaskRun task{parts_, *step.task, step.invocation, key_of(*step.task)};
        Outcome outcome = co_await task.run();
        co_return outcome;
    } catch (const std::exception& error) {
        if (group_.cancelled() || !is_cancellation(error))
            throw;
        co_return Failure{Errc::cancelled, step.invocation.function + " was cancelled"};
    }
}

const Value* WorkflowRun::result_of(std::string_view task) const
{
    const auto found = places_.find(task);
    return found == places_.end() ? nullptr : &steps_[found->second].result;
}

void WorkflowRun::settle(std::size_t node, Outcome outcome)
{
    Step& step = steps_[node];
    if (outcome)
        step.result = as_one(std::move(*outcome));
    if (outcome || step.task->go_on) {
        enqueue(ready_.done(node));
        return;
    }
    if (!failure_)
        failure_ = named(std::move(outcome).error(), *step.task);
    for (const std::size_t hopeless : ready_.failed(node)) {
        steps_[hopeless].stage = Stage::ended;
        parts_.observer.state(steps_[hopeless].invocation, State::cancelled, step.task->name + " failed");
    }
}

// After a cancellation: what had not begun is told as well, so that whoever watches sees the end of every task.
void WorkflowRun::give_up_rest()
{
    for (Step& step : steps_)
        if (step.stage == Stage::waiting)
            parts_.observer.state(step.invocation, State::cancelled, {});
}

Outcome WorkflowRun::result() const
{
    if (failure_)
        return *failure_;
    Object results;
    for (const Step& step : steps_)
        results.append(step.task->name, step.result);
    Outputs outputs;
    outputs.emplace_back(std::move(results));
    return outputs;
}

} // namespace forager
