// forager ps --colony: what waits and runs in the colony, and what ended lately.
#include "base/duration.hpp"
#include "cli/asking.hpp"
#include "cli/colony/commands.hpp"
#include "cli/colony/lists.hpp"
#include "cli/colony/member.hpp"
#include "cli/colony/reading.hpp"
#include "cli/colony/words.hpp"
#include "cli/output.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace forager::cli {

namespace asio = boost::asio;
using colonies::Process;
using colonies::ProcessGraph;
using colonies::ProcessState;

namespace {

constexpr std::size_t shown_id = 12;
constexpr std::size_t arguments_width = 32;
constexpr std::size_t note_width = 60;

ListQuery query_of(const ColonyListing& listing)
{
    ListQuery query;
    query.states = all_states();
    if (listing.open)
        query.states = {ProcessState::running, ProcessState::waiting};
    if (const auto state = state_named(listing.state); state && colony_state(*state))
        query.states = {*colony_state(*state)};
    query.executor = listing.executor;
    query.label = listing.label;
    // What is left out here is not known to the server.
    const bool filtered = !listing.function.empty() || (!listing.executor.empty() && !listing.label.empty());
    if (!filtered && !listing.all)
        query.count = std::min<std::int64_t>(longest_list, static_cast<std::int64_t>(listing.limit));
    return query;
}

std::size_t most(const ColonyListing& listing)
{
    return listing.all ? all_states().size() * longest_list : listing.limit;
}

asio::awaitable<Outcome> listed_processes(const ColonyListing& listing, ColonyMember& member)
{
    auto processes = co_await list_processes(member, query_of(listing));
    if (!processes)
        co_return processes.error();
    const auto names = co_await executor_names(member);
    if (!names)
        co_return names.error();
    const WallTime now = member.clock().wall();
    Array rows;
    for (const Process& process : *processes)
        if (rows.size() < most(listing) && (listing.function.empty() || process.spec.function == listing.function))
            rows.emplace_back(process_data(process, *names, now));
    co_return Outputs{Value{std::move(rows)}};
}

// Without a name of its own, a workflow is known by what its first task is called.
Object graph_row(const ProcessGraph& graph, const Process& root)
{
    Object row = graph_data(graph, {}, {}, {});
    row.set("label", root.spec.label.empty() ? name_of(root) : root.spec.label);
    row.set("tasks", graph.processes.size());
    return row;
}

asio::awaitable<Outcome> listed_graphs(const ColonyListing& listing, ColonyMember& member)
{
    ListQuery query = query_of(listing);
    auto graphs = co_await list_graphs(member, query);
    if (!graphs)
        co_return graphs.error();
    graphs->resize(std::min(graphs->size(), most(listing)));
    std::erase_if(*graphs, [](const ProcessGraph& graph) { return graph.roots.empty(); }); // refused submissions
    std::vector<std::string> roots;
    for (const ProcessGraph& graph : *graphs)
        roots.push_back(graph.roots.front());
    const auto first = co_await read_processes(member, std::move(roots));
    if (!first)
        co_return first.error();
    Array rows;
    for (std::size_t i = 0; i < graphs->size(); ++i)
        rows.emplace_back(graph_row((*graphs)[i], (*first)[i]));
    co_return Outputs{Value{std::move(rows)}};
}

std::string seconds_text(const Value& row, std::string_view name)
{
    const auto* object = row.get<Object>();
    const Value* seconds = object == nullptr ? nullptr : object->find(name);
    const auto* number = seconds == nullptr ? nullptr : seconds->get<double>();
    return number == nullptr ? ""
                             : to_text(std::chrono::duration_cast<Duration>(std::chrono::duration<double>{*number}));
}

std::string one_line(std::string text, std::size_t width)
{
    std::ranges::replace(text, '\n', ' ');
    return shortened(std::move(text), width);
}

std::string arguments_of(const Value& row)
{
    colonies::FunctionSpec spec;
    spec.args = part<Array>(*row.get<Object>(), "args");
    spec.kwargs = part<Object>(*row.get<Object>(), "kwargs");
    return short_arguments(spec, arguments_width);
}

std::string shown_processes(const Value& answer)
{
    std::vector<std::vector<std::string>> rows{
        {"ID", "STATE", "FUNCTION", "SUBMITTED", "WAITED", "RAN", "EXECUTOR", "ARGUMENTS", "NOTE"}};
    for (const Value& one : *answer.get<Array>()) {
        const std::string type = text_of(one, "executor_type");
        const std::string executor = text_of(one, "executor");
        rows.push_back({text_of(one, "id").substr(0, shown_id), text_of(one, "state"), text_of(one, "function"),
                        text_of(one, "submitted"), seconds_text(one, "waited"), seconds_text(one, "ran"),
                        executor.empty() ? "(" + type + ")" : executor, arguments_of(one),
                        one_line(text_of(one, "note"), note_width)});
    }
    return table(rows);
}

std::string shown_graphs(const Value& answer)
{
    std::vector<std::vector<std::string>> rows{{"ID", "STATE", "WORKFLOW", "SUBMITTED", "TASKS", "ENDED"}};
    for (const Value& one : *answer.get<Array>())
        rows.push_back({text_of(one, "id").substr(0, shown_id), text_of(one, "state"), text_of(one, "label"),
                        text_of(one, "submitted"), text_of(one, "tasks"), text_of(one, "ended")});
    return table(rows);
}

} // namespace

int list_colony(const ColonyListing& listing)
{
    if (listing.state == "sleeping") {
        Failure unknown{Errc::bad_arguments, "nothing in a colony is 'sleeping': there it is running"};
        unknown.declaration = true; // of the command line
        return print_failure(unknown, listing.common);
    }
    const auto question = [&](App&, ColonyMember& member) {
        return listing.workflows ? listed_graphs(listing, member) : listed_processes(listing, member);
    };
    return ask_colony(listing.common, question, listing.workflows ? shown_graphs : shown_processes);
}

} // namespace forager::cli
