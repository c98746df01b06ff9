#include "primitives/colony/workflows.hpp"

#include "clients/colonies/calls/processes.hpp"
#include "clients/colonies/calls/workflows.hpp"
#include "core/workflow_graph.hpp"
#include "ports/cancellation.hpp"
#include "ports/with_grace.hpp"
#include "primitives/colony/outcome.hpp"
#include "primitives/colony/patience.hpp"
#include "primitives/colony/query.hpp"
#include "primitives/colony/tables.hpp"
#include "primitives/colony/take_back.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace forager {

namespace asio = boost::asio;
using colonies::Process;
using colonies::ProcessGraph;
using colonies::ProcessState;

namespace {

constexpr Duration first_pause = std::chrono::milliseconds{50};
constexpr Duration longest_pause = std::chrono::seconds{2};
constexpr std::int64_t most_graphs = 100; // the server's limit of one answer

Failure of_task(const std::string& node, Failure failure)
{
    failure.message = "task '" + node + "': " + failure.message;
    failure.details.set("task", node);
    return failure;
}

// The server would let a circle wait for ever, and leaves an empty graph behind when it refuses a name.
Result<void> check_graph(const std::vector<ColonyCall>& tasks)
{
    if (tasks.empty())
        return Failure{Errc::bad_arguments, "a workflow needs at least one task"};
    std::vector<GraphNode> nodes;
    for (const ColonyCall& task : tasks) {
        if (task.node.empty())
            return Failure{Errc::bad_arguments, "a task of a workflow needs a name"};
        nodes.push_back({task.node, task.after});
    }
    const auto graph = WorkflowGraph::make(nodes);
    return graph ? Result<void>{} : Result<void>{graph.error()};
}

asio::awaitable<Result<std::vector<Process>>> processes_of(ColonyMember& member, std::vector<std::string> ids)
{
    std::vector<Process> processes;
    for (std::string& id : ids) {
        auto process = co_await colonies::get_process(member.caller(), std::move(id));
        if (process.has_error())
            co_return process.error();
        processes.push_back(std::move(*process));
    }
    co_return processes;
}

Failure failure_of_task(const Process& process)
{
    return of_task(process.spec.node, outcome_of(process).error());
}

// Who failed by himself says why; the others were failed with him.
Outcome outcome_of_all(const std::vector<Process>& processes, const ProcessGraph& graph)
{
    const auto by_itself = std::ranges::find_if(processes, [](const Process& one) { return !one.errors.empty(); });
    if (by_itself != processes.end() && graph.state == ProcessState::failed)
        return failure_of_task(*by_itself);
    Object outputs;
    for (const Process& process : processes) {
        const Outcome outcome = outcome_of(process);
        if (!outcome)
            return failure_of_task(process);
        outputs.set(process.spec.node, as_one(*outcome));
    }
    return Outputs{Value{std::move(outputs)}};
}

// The graph has failed as soon as one task has: those that do not wait for that one go on.
bool all_ended(const std::vector<Process>& processes)
{
    return std::ranges::all_of(processes, [](const Process& process) { return has_ended(process.state); });
}

bool explains_itself(const std::vector<Process>& processes, const ProcessGraph& graph)
{
    return graph.state != ProcessState::failed ||
           std::ranges::any_of(processes, [](const Process& process) { return !process.errors.empty(); });
}

} // namespace

Result<colonies::WorkflowSpec> workflow_of(std::vector<ColonyCall> tasks, std::string colony)
{
    if (const auto good = check_graph(tasks); !good)
        return good.error();
    colonies::WorkflowSpec workflow;
    workflow.colony = colony;
    for (ColonyCall& task : tasks) {
        const std::string node = task.node;
        auto spec = specification_of(std::move(task), colony);
        if (!spec)
            return of_task(node, spec.error());
        workflow.functions.push_back(std::move(*spec));
    }
    return workflow;
}

namespace colony_work {

namespace {

asio::awaitable<Result<ProcessGraph>> submitted_graph(ColonyMember& member, std::vector<ColonyCall> tasks)
{
    auto workflow = workflow_of(std::move(tasks), member.colony());
    if (!workflow)
        co_return workflow.error();
    auto graph = co_await colonies::submit_workflow(member.caller(), std::move(*workflow));
    co_return graph;
}

// A graph, and its processes when it has ended.
struct View {
    ProcessGraph graph;
    std::vector<Process> processes;

    View() = default;
};

asio::awaitable<Result<View>> view_of(ColonyMember& member, std::string id)
{
    View view;
    auto graph = co_await colonies::get_process_graph(member.caller(), std::move(id));
    if (graph.has_error())
        co_return graph.error();
    view.graph = std::move(*graph);
    if (!has_ended(view.graph.state))
        co_return view;
    auto processes = co_await processes_of(member, view.graph.processes);
    if (processes.has_error())
        co_return processes.error();
    view.processes = std::move(*processes);
    co_return view;
}

// Nobody tells of a graph that was cancelled, nor of siblings that failed with one: it is looked at.
asio::awaitable<Outcome> looked_at(ColonyMember& member, std::string id)
{
    ColonyPatience patience;
    bool read_again = true;
    for (Duration pause = first_pause;; pause = std::min(2 * pause, longest_pause)) {
        auto view = co_await view_of(member, id);
        if (view.has_error() && !patience.bears(view.error(), member.clock().now()))
            co_return view.error();
        if (view.has_value())
            patience.restore();
        if (view.has_value() && has_ended(view->graph.state) && all_ended(view->processes)) {
            if (explains_itself(view->processes, view->graph) || !read_again)
                co_return outcome_of_all(view->processes, view->graph);
            read_again = false; // the state of a failure is seen before its errors
        }
        co_await sleep_for(member.clock(), pause);
    }
}

} // namespace

asio::awaitable<Result<Object>> submit_workflow(ColonyMember& member, std::vector<ColonyCall> tasks)
{
    auto graph = co_await submitted_graph(member, std::move(tasks));
    if (!graph)
        co_return graph.error();
    co_return workflow_table(*graph);
}

asio::awaitable<Outcome> wait_for_workflow(ColonyMember& member, std::string graph)
{
    auto found = co_await colonies::get_process_graph(member.caller(), graph);
    if (!found)
        co_return found.error();
    auto outcome = co_await looked_at(member, std::move(graph));
    co_return outcome;
}

asio::awaitable<Outcome> run_workflow(ColonyMember& member, std::vector<ColonyCall> tasks, bool go_on)
{
    auto submitting = submitted_graph(member, std::move(tasks));
    auto submitted = co_await with_grace(member.clock(), grace_for_submission, std::move(submitting));
    if (!submitted)
        co_return submitted.error();
    std::exception_ptr thrown;
    try {
        auto outcome = co_await looked_at(member, submitted->id);
        co_return outcome;
    } catch (...) {
        thrown = std::current_exception();
    }
    if (is_cancellation(thrown) && !go_on) {
        auto cancelling = colonies::cancel_process_graph(member.caller(), submitted->id);
        co_await take_back(member.clock(), std::move(cancelling));
    }
    std::rethrow_exception(thrown);
}

asio::awaitable<Result<Object>> get_workflow(ColonyMember& member, std::string graph)
{
    auto found = co_await colonies::get_process_graph(member.caller(), std::move(graph));
    if (!found)
        co_return found.error();
    auto processes = co_await processes_of(member, found->processes);
    if (!processes)
        co_return processes.error();
    Object table = workflow_table(*found);
    Array tasks;
    for (const Process& process : *processes)
        tasks.emplace_back(process_table(process));
    table.set("tasks", std::move(tasks));
    co_return table;
}

asio::awaitable<Result<void>> cancel_workflow(ColonyMember& member, std::string graph)
{
    return colonies::cancel_process_graph(member.caller(), std::move(graph));
}

asio::awaitable<Result<Array>> list_workflows(ColonyMember& member, Object query)
{
    const auto states = states_in(query);
    const auto count = count_in(query, most_graphs);
    if (!states)
        co_return states.error();
    if (!count)
        co_return count.error();
    Array list;
    for (const ProcessState state : *states) {
        auto graphs = co_await colonies::get_process_graphs(member.caller(), member.colony(), state, *count);
        if (!graphs)
            co_return graphs.error();
        for (const ProcessGraph& graph : *graphs)
            list.emplace_back(workflow_table(graph));
    }
    co_return list;
}

} // namespace colony_work
} // namespace forager
