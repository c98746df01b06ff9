// forager show, logs, cancel with --colony: one process or workflow of the colony.
#include "base/text.hpp"
#include "cli/asking.hpp"
#include "cli/colony/commands.hpp"
#include "cli/colony/lists.hpp"
#include "cli/colony/member.hpp"
#include "cli/colony/reading.hpp"
#include "cli/colony/watch.hpp"
#include "cli/colony/words.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "cli/plain_progress.hpp"
#include "clients/colonies/calls/logs.hpp"
#include "clients/colonies/calls/processes.hpp"
#include "clients/colonies/calls/workflows.hpp"
#include "clients/colonies/client.hpp"
#include "clients/colonies/refusal.hpp"
#include "io/formats/json.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace forager::cli {

namespace asio = boost::asio;
using colonies::Process;
using colonies::ProcessGraph;
using colonies::Refusal;

namespace {

// What an id stands for: a process alone, or a workflow with its processes.
struct Found {
    std::optional<ProcessGraph> graph;
    std::vector<Process> processes;
};

bool is_not_found(const Failure& failure)
{
    return colonies::refusal_of(failure) == Refusal::not_found;
}

asio::awaitable<Result<Found>> found_graph(ColonyMember& member, std::string id)
{
    auto graph = co_await colonies::get_process_graph(member.caller(), id);
    if (!graph && is_not_found(graph.error()))
        co_return Failure{Errc::not_found, "the colony has no process and no workflow " + id +
                                               ": 'forager ps --colony' lists what there is"};
    if (!graph)
        co_return graph.error();
    auto processes = co_await read_processes(member, graph->processes);
    if (!processes)
        co_return processes.error();
    co_return Found{std::move(*graph), std::move(*processes)};
}

asio::awaitable<Result<Found>> find(ColonyMember& member, std::string beginning)
{
    auto id = co_await whole_id(member, std::move(beginning));
    if (!id)
        co_return id.error();
    auto process = co_await colonies::get_process(member.caller(), *id);
    if (process) {
        Found found;
        found.processes.push_back(std::move(*process));
        co_return found;
    }
    if (!is_not_found(process.error()))
        co_return process.error();
    auto graph = co_await found_graph(member, std::move(*id));
    co_return graph;
}

asio::awaitable<Outcome> shown(ColonyMember& member, std::string id)
{
    auto found = co_await find(member, std::move(id));
    if (!found)
        co_return found.error();
    const auto names = co_await executor_names(member);
    if (!names)
        co_return names.error();
    const WallTime now = member.clock().wall();
    Object data = found->graph ? graph_data(*found->graph, std::move(found->processes), *names, now)
                               : process_data(found->processes.front(), *names, now);
    co_return Outputs{Value{std::move(data)}};
}

asio::awaitable<Result<std::vector<colonies::Log>>> all_logs(ColonyMember& member, std::string process)
{
    std::vector<colonies::Log> all;
    colonies::LogQuery query;
    query.colony = member.colony();
    query.process = std::move(process);
    for (;;) {
        auto logs = co_await colonies::get_logs(member.caller(), query);
        if (!logs)
            co_return logs.error();
        const bool is_last = std::ssize(*logs) < query.count;
        std::ranges::move(*logs, std::back_inserter(all));
        if (is_last)
            co_return all;
        query.since = all.back().time;
    }
}

// Lines of what the processes said, by their time.
asio::awaitable<Outcome> lines(ColonyMember& member, std::string id)
{
    const auto found = co_await find(member, std::move(id));
    if (!found)
        co_return found.error();
    std::multimap<std::int64_t, Value> timed;
    for (const Process& process : found->processes) {
        auto logs = co_await all_logs(member, process.id);
        if (!logs)
            co_return logs.error();
        for (const colonies::Log& log : *logs)
            for (std::string& line : lines_of(log.message))
                timed.emplace(log.time, line_data(log.time, std::move(line), found->graph ? process.spec.node : ""));
    }
    Array all;
    for (auto& [time, line] : timed)
        all.push_back(std::move(line));
    co_return Outputs{Value{std::move(all)}};
}

std::string line_text(const Value& line)
{
    const std::string task = text_of(line, "task");
    return time_text(line, "at") + "  " + (task.empty() ? "" : task + ": ") + text_of(line, "text") + "\n";
}

std::string lines_text(const Value& lines)
{
    std::string text;
    for (const Value& line : *lines.get<Array>())
        text += line_text(line);
    return text;
}

asio::awaitable<Outcome> follow(ColonyMember& member, Observer& observer, SeeLogLine see, std::string id)
{
    const auto found = co_await find(member, std::move(id));
    if (!found)
        co_return found.error();
    ColonyWatch watch{member, observer, std::move(see)};
    auto watching = found->graph ? watch.graph(found->graph->id, {}) : watch.process(found->processes.front().id);
    (void)co_await std::move(watching); // whatever became of it: all it said was told
    co_return Outputs{};
}

Failure ended_already(const std::string& what, colonies::ProcessState state)
{
    return {Errc::refused, what + " has ended already: " + std::string{forager::name_of(state_of(state))}};
}

asio::awaitable<Outcome> cancel_graph(ColonyMember& member, ProcessGraph graph)
{
    if (has_ended(graph.state))
        co_return ended_already("the workflow " + graph.id, graph.state);
    const auto cancelled = co_await colonies::cancel_process_graph(member.caller(), graph.id);
    if (!cancelled)
        co_return cancelled.error();
    co_return Outputs{};
}

asio::awaitable<Outcome> cancel(ColonyMember& member, std::string id)
{
    auto found = co_await find(member, std::move(id));
    if (!found)
        co_return found.error();
    if (found->graph) {
        Outcome outcome = co_await cancel_graph(member, std::move(*found->graph));
        co_return outcome;
    }
    const Process& process = found->processes.front();
    if (has_ended(process.state))
        co_return ended_already("the process " + process.id, process.state);
    if (!process.process_graph.empty())
        co_return Failure{Errc::refused, "the process " + process.id + " is the task '" + process.spec.node +
                                             "' of a workflow, and those are cancelled as a whole: 'forager cancel "
                                             "--colony " +
                                             process.process_graph + "'"};
    const auto cancelled = co_await colonies::cancel_process(member.caller(), process.id);
    if (!cancelled)
        co_return cancelled.error();
    co_return Outputs{};
}

std::string nothing(const Value&)
{
    return {};
}

} // namespace

int show_in_colony(const Common& common, const std::string& id)
{
    return ask_colony(common, [&](App&, ColonyMember& member) { return shown(member, id); }, for_people);
}

int logs_in_colony(const Common& common, const std::string& id, bool follows)
{
    if (!follows)
        return ask_colony(common, [&](App&, ColonyMember& member) { return lines(member, id); }, lines_text);
    PlainProgress progress{true, false}; // it says when the server does not answer
    const auto see = [&](const Value& line) {
        return write_out_meanwhile(common.json ? to_json(line) + "\n" : printable(line_text(line)));
    };
    const Ending ending =
        colony_answer(common, progress, [&](App&, ColonyMember& member) { return follow(member, progress, see, id); });
    return ending.outcome ? Exit::done : print_ending(ending, common);
}

int cancel_in_colony(const Common& common, const std::string& id)
{
    return ask_colony(common, [&](App&, ColonyMember& member) { return cancel(member, id); }, nothing);
}

} // namespace forager::cli
