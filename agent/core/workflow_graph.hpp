// The order of a workflow's tasks: checked before anything runs, then asked again and again for what can run now.
#pragma once

#include "core/failure.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace forager {

struct GraphNode {
    std::string name;
    std::vector<std::string> after; ///< names of the nodes that must end first; a name may stand more than once
};

/// Nodes by their place in the declaration.
class WorkflowGraph {
public:
    static constexpr std::size_t most_nodes = 10'000;

    /// Failures: bad_arguments for duplicates, unknown names, self-dependencies and cycles; limit for too many nodes.
    /// The node concerned stands in the detail `task`.
    static Result<WorkflowGraph> make(const std::vector<GraphNode>& nodes);

    std::size_t size() const { return dependencies_.size(); }
    const std::vector<std::size_t>& dependencies(std::size_t node) const { return dependencies_[node]; }
    const std::vector<std::size_t>& dependents(std::size_t node) const { return dependents_[node]; }

    /// Each node after all that it depends on, otherwise as declared.
    const std::vector<std::size_t>& order() const { return order_; }

private:
    Result<void> connect(const std::vector<GraphNode>& nodes);
    void sort();

    std::vector<std::vector<std::size_t>> dependencies_;
    std::vector<std::vector<std::size_t>> dependents_;
    std::vector<std::size_t> order_;
};

/// What can run now, while a workflow runs. The graph must outlive it.
class ReadyNodes {
public:
    explicit ReadyNodes(const WorkflowGraph& graph);

    /// Those that depend on nothing.
    std::vector<std::size_t> first() const;

    /// `node` ended well, or it does not matter that it failed: those that it was the last obstacle of.
    std::vector<std::size_t> done(std::size_t node);

    /// `node` failed: all that can never run now and was not told before, as declared.
    std::vector<std::size_t> failed(std::size_t node);

private:
    const WorkflowGraph* graph_;
    std::vector<std::size_t> missing_; // dependencies that have not ended
    std::vector<bool> hopeless_;
};

} // namespace forager
