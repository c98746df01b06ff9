#include "core/workflow_graph.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;

namespace {

using Nodes = std::vector<std::size_t>;

std::string refusal(const std::vector<GraphNode>& nodes, const std::string& task)
{
    const auto graph = WorkflowGraph::make(nodes);
    REQUIRE_FALSE(graph);
    CHECK(*graph.error().details.find("task") == Value{task});
    return graph.error().message;
}

} // namespace

TEST_CASE("the order puts every node after what it depends on and is else the declared one")
{
    const auto graph =
        WorkflowGraph::make({{"report", {"dump", "picture"}}, {"dump", {}}, {"mail", {}}, {"picture", {}}});
    REQUIRE(graph);
    CHECK(graph->order() == Nodes{1, 2, 3, 0});
    CHECK(WorkflowGraph::make({}).value().order().empty());
}

TEST_CASE("duplicates, unknown names, self-dependencies and cycles are named")
{
    CHECK(refusal({{"a", {}}, {"a", {}}}, "a") == "there are two tasks named 'a'");
    CHECK(refusal({{"dump", {}}, {"mail", {"dmup"}}}, "mail") ==
          "the task 'mail' depends on 'dmup', which is not a task of this workflow; did you mean 'dump'?");
    CHECK(refusal({{"a", {"a"}}}, "a") == "the task 'a' depends on itself");
    CHECK(refusal({{"x", {"b"}}, {"a", {"b"}}, {"b", {"c"}}, {"c", {"a"}}, {"d", {"x"}}}, "b") ==
          "these tasks wait for each other: b → c → a → b");
}

TEST_CASE("a graph is bounded")
{
    std::vector<GraphNode> nodes(WorkflowGraph::most_nodes);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes[i].name = std::to_string(i);
    CHECK(WorkflowGraph::make(nodes));
    nodes.push_back({"one more", {}});
    CHECK(WorkflowGraph::make(nodes).error().code == Errc::limit);
}

TEST_CASE("a node is ready when the last of those before it has ended")
{
    const auto graph = WorkflowGraph::make({{"a", {}}, {"b", {}}, {"c", {"a", "b", "a"}}, {"d", {"c"}}});
    ReadyNodes ready{graph.value()};
    CHECK(ready.first() == Nodes{0, 1});
    CHECK(ready.done(1).empty());
    CHECK(ready.done(0) == Nodes{2});
    CHECK(ready.done(2) == Nodes{3});
}

TEST_CASE("what can never run after a failure is told once")
{
    const auto graph = WorkflowGraph::make({{"d", {"c"}}, {"a", {}}, {"b", {}}, {"c", {"a", "b"}}});
    ReadyNodes ready{graph.value()};
    CHECK(ready.failed(1) == Nodes{0, 3});
    CHECK(ready.failed(2).empty());
}
