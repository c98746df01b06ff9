#include "runtime/workflow_runner.hpp"

#include "core/references.hpp"
#include "runtime/workflow_run.hpp"

#include <algorithm>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

void add_references(std::vector<std::string>& names, const Value& value)
{
    for (std::string& task : referenced_tasks(value))
        names.push_back(std::move(task));
}

// Who uses a result depends on it, whether the declaration says so or not.
GraphNode node_of(const WorkflowTask& task)
{
    GraphNode node{task.name, task.after};
    for (const Value& arg : task.args)
        add_references(node.after, arg);
    for (const Member& member : task.kwargs)
        add_references(node.after, member.value);
    if (task.foreach)
        add_references(node.after, *task.foreach);
    return node;
}

bool uses_item(const WorkflowTask& task)
{
    return std::ranges::any_of(task.args, refers_to_item) ||
           std::ranges::any_of(task.kwargs, refers_to_item, &Member::value);
}

Failure at_task(Failure failure, const WorkflowTask& task)
{
    failure.details.set("task", task.name);
    if (failure.where.empty())
        failure.where = task.where;
    return failure;
}

// The graph names the task; of two tasks with one name, the second is the wrong one.
Failure at_its_place(Failure failure, const Workflow& workflow)
{
    failure.declaration = true;
    failure.where = workflow.where;
    const Value* name = failure.details.find("task");
    for (const WorkflowTask& task : workflow.tasks)
        if (name != nullptr && *name == Value{task.name} && !task.where.empty())
            failure.where = task.where;
    return failure;
}

Failure misdeclared(const WorkflowTask& task, const std::string& what)
{
    Failure failure{Errc::bad_arguments, "the task '" + task.name + "' " + what};
    failure.declaration = true;
    return at_task(std::move(failure), task);
}

Result<void> find_function(const WorkflowTask& task, const Registry& registry)
{
    const auto found = registry.find(task.function);
    if (found)
        return {};
    Failure failure = at_task(found.error(), task);
    failure.message = "the task '" + task.name + "' cannot run: " + failure.message;
    failure.declaration = failure.code == Errc::not_found;
    return failure;
}

// What may be elsewhere must be here after all.
Result<void> find_functions(const Workflow& workflow, const Registry& registry)
{
    for (const WorkflowTask& task : workflow.tasks)
        if (const auto found = find_function(task, registry); !found)
            return found;
    return {};
}

} // namespace

Result<void> WorkflowRunner::check(const Workflow& workflow, const Registry* registry) const
{
    const auto graph = plan(workflow, registry);
    if (!graph)
        return graph.error();
    return {};
}

Result<WorkflowGraph> WorkflowRunner::plan(const Workflow& workflow, const Registry* registry) const
{
    std::vector<GraphNode> nodes;
    for (const WorkflowTask& task : workflow.tasks)
        nodes.push_back(node_of(task));
    auto graph = WorkflowGraph::make(nodes);
    if (!graph)
        return at_its_place(graph.error(), workflow);
    for (const WorkflowTask& task : workflow.tasks)
        if (const auto checked = check_task(task, registry); !checked)
            return checked.error();
    return graph;
}

Result<void> WorkflowRunner::check_task(const WorkflowTask& task, const Registry* registry) const
{
    const bool fans_out = task.foreach || task.foreach_handler;
    if (task.foreach && task.foreach_handler)
        return misdeclared(task, "has two lists to run for");
    if (!fans_out && uses_item(task))
        return misdeclared(task, "refers to an item, but has no foreach");
    if (task.foreach && refers_to_item(*task.foreach))
        return misdeclared(task, "refers to an item in its foreach, which makes the items");
    const bool is_elsewhere = registry == nullptr || !task.executor.empty();
    return is_elsewhere ? Result<void>{} : find_function(task, *registry);
}

asio::awaitable<Outcome> WorkflowRunner::run(const Workflow& workflow, const Invocation& parent, Observer& observer,
                                             Recording* recording, const ColonyCalls* colony)
{
    auto graph = plan(workflow, colony == nullptr ? &scheduler_.registry() : nullptr);
    if (!graph)
        co_return graph.error();
    if (colony == nullptr)
        if (const auto found = find_functions(workflow, scheduler_.registry()); !found)
            co_return found.error();
    WorkflowRun run{scheduler_, workflow, std::move(*graph), parent, observer, recording, colony};
    Outcome outcome = co_await run.run();
    co_return outcome;
}

} // namespace forager
