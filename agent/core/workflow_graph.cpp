#include "core/workflow_graph.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <unordered_map>

namespace forager {

namespace {

using Places = std::unordered_map<std::string, std::size_t>;

Failure wrong(Errc code, const std::string& task, std::string message)
{
    Failure failure{code, std::move(message)};
    failure.details.set("task", task);
    return failure;
}

Result<Places> places_of(const std::vector<GraphNode>& nodes)
{
    Places places;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        if (!places.emplace(nodes[i].name, i).second)
            return wrong(Errc::bad_arguments, nodes[i].name, "there are two tasks named '" + nodes[i].name + "'");
    return places;
}

Failure unknown_name(const std::vector<GraphNode>& nodes, const GraphNode& node, const std::string& name)
{
    std::vector<std::string> names;
    for (const GraphNode& one : nodes)
        names.push_back(one.name);
    std::string text = "the task '" + node.name + "' depends on '" + name + "', which is not a task of this workflow";
    if (const auto meant = nearest(name, names))
        text += "; did you mean '" + *meant + "'?";
    return wrong(Errc::bad_arguments, node.name, std::move(text));
}

// Every node that the sorting left out waits for another such node: following them ends in a circle.
Failure cycle_among(const std::vector<GraphNode>& nodes, const WorkflowGraph& graph)
{
    std::vector<bool> left(nodes.size(), true);
    for (const std::size_t node : graph.order())
        left[node] = false;
    const auto is_left = [&](std::size_t node) { return left[node]; };
    std::vector<std::size_t> path{static_cast<std::size_t>(std::ranges::find(left, true) - left.begin())};
    auto start = path.end();
    do {
        path.push_back(*std::ranges::find_if(graph.dependencies(path.back()), is_left));
        start = std::find(path.begin(), path.end() - 1, path.back());
    } while (start == path.end() - 1);
    std::string text = nodes[*start].name;
    for (auto step = start + 1; step != path.end(); ++step)
        text += " → " + nodes[*step].name;
    return wrong(Errc::bad_arguments, nodes[*start].name, "these tasks wait for each other: " + text);
}

} // namespace

Result<WorkflowGraph> WorkflowGraph::make(const std::vector<GraphNode>& nodes)
{
    if (nodes.size() > most_nodes)
        return Failure{Errc::limit, "a workflow may have " + std::to_string(most_nodes) + " tasks, but this one has " +
                                        std::to_string(nodes.size())};
    WorkflowGraph graph;
    if (const auto connected = graph.connect(nodes); !connected)
        return connected.error();
    graph.sort();
    if (graph.order_.size() < nodes.size())
        return cycle_among(nodes, graph);
    return graph;
}

Result<void> WorkflowGraph::connect(const std::vector<GraphNode>& nodes)
{
    const Result<Places> places = places_of(nodes);
    if (!places)
        return places.error();
    dependencies_.resize(nodes.size());
    dependents_.resize(nodes.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        for (const std::string& name : nodes[i].after) {
            const auto found = places->find(name);
            if (found == places->end())
                return unknown_name(nodes, nodes[i], name);
            if (found->second == i)
                return wrong(Errc::bad_arguments, name, "the task '" + name + "' depends on itself");
            dependencies_[i].push_back(found->second);
        }
        std::ranges::sort(dependencies_[i]);
        const auto repeated = std::ranges::unique(dependencies_[i]);
        dependencies_[i].erase(repeated.begin(), repeated.end());
        for (const std::size_t dependency : dependencies_[i])
            dependents_[dependency].push_back(i);
    }
    return {};
}

void WorkflowGraph::sort()
{
    ReadyNodes ready{*this};
    std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> next;
    for (const std::size_t node : ready.first())
        next.push(node);
    while (!next.empty()) {
        const std::size_t node = next.top();
        next.pop();
        order_.push_back(node);
        for (const std::size_t freed : ready.done(node))
            next.push(freed);
    }
}

ReadyNodes::ReadyNodes(const WorkflowGraph& graph) : graph_{&graph}, hopeless_(graph.size(), false)
{
    for (std::size_t i = 0; i < graph.size(); ++i)
        missing_.push_back(graph.dependencies(i).size());
}

std::vector<std::size_t> ReadyNodes::first() const
{
    std::vector<std::size_t> nodes;
    for (std::size_t i = 0; i < missing_.size(); ++i)
        if (missing_[i] == 0)
            nodes.push_back(i);
    return nodes;
}

std::vector<std::size_t> ReadyNodes::done(std::size_t node)
{
    std::vector<std::size_t> freed;
    for (const std::size_t dependent : graph_->dependents(node))
        if (--missing_[dependent] == 0)
            freed.push_back(dependent);
    return freed;
}

std::vector<std::size_t> ReadyNodes::failed(std::size_t node)
{
    std::vector<std::size_t> found;
    std::vector<std::size_t> open{node};
    while (!open.empty()) {
        const std::size_t from = open.back();
        open.pop_back();
        for (const std::size_t dependent : graph_->dependents(from)) {
            if (hopeless_[dependent])
                continue;
            hopeless_[dependent] = true;
            found.push_back(dependent);
            open.push_back(dependent);
        }
    }
    std::ranges::sort(found);
    return found;
}

} // namespace forager
