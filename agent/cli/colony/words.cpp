#include "cli/colony/words.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "core/native_workflow.hpp"
#include "core/outcome.hpp"
#include "io/formats/json.hpp"
#include "primitives/colony/outcome.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace forager::cli {

using colonies::Process;
using colonies::ProcessState;

namespace {

using Names = std::map<std::string, std::string>;

std::optional<Duration> between(std::optional<WallTime> from, std::optional<WallTime> to)
{
    if (!from || !to)
        return {};
    return std::max(Duration::zero(), *to - *from);
}

void add_time(Object& object, const char* name, std::optional<WallTime> time)
{
    if (time)
        object.append(name, timestamp(*time));
}

void add_seconds(Object& object, const char* name, std::optional<Duration> time)
{
    if (time)
        object.append(name, to_seconds(*time));
}

void add_text(Object& object, const char* name, const std::string& text)
{
    if (!text.empty())
        object.append(name, text);
}

// The server keeps the time of the last take-away there while it waits again.
std::optional<WallTime> end_of(const Process& process)
{
    return has_ended(process.state) ? process.ended : std::nullopt;
}

void add_outcome(Object& object, const Process& process)
{
    if (!has_ended(process.state))
        return;
    if (const Outcome outcome = outcome_of(process); outcome)
        object.append("result", as_one(*outcome));
    else
        object.append("error", outcome.error().to_object());
}

Array texts(const std::vector<std::string>& list)
{
    return {list.begin(), list.end()};
}

void add_limits(Object& object, const colonies::FunctionSpec& spec)
{
    if (spec.max_exec_time >= 0)
        object.append("timeout", spec.max_exec_time);
    if (spec.max_wait_time > 0)
        object.append("max_wait", spec.max_wait_time);
    if (spec.max_retries != 0)
        object.append("retries", spec.max_retries);
    if (spec.priority != 0)
        object.append("priority", spec.priority);
}

} // namespace

State state_of(ProcessState state)
{
    switch (state) {
    case ProcessState::waiting: return State::waiting;
    case ProcessState::running: return State::running;
    case ProcessState::successful: return State::succeeded;
    case ProcessState::failed: return State::failed;
    case ProcessState::cancelled: return State::cancelled;
    }
    return State::waiting;
}

std::optional<ProcessState> colony_state(State state)
{
    for (const ProcessState one : {ProcessState::waiting, ProcessState::running, ProcessState::successful,
                                   ProcessState::failed, ProcessState::cancelled})
        if (state_of(one) == state)
            return one;
    return {};
}

std::string name_of(const Process& process)
{
    if (process.process_graph.empty() || process.spec.node.empty())
        return process.spec.function;
    const auto note = process.spec.env.find(task_note_name);
    const auto value = note == process.spec.env.end() ? Result<Value>{Value{}} : parse_json(note->second);
    const auto* object = value ? value->get<Object>() : nullptr;
    const std::string workflow = object == nullptr ? "" : task_note_in(*object).workflow;
    return workflow.empty() ? process.spec.node : workflow + "." + process.spec.node;
}

std::string note_on(const Process& process)
{
    if (!process.errors.empty())
        return process.errors.front();
    if (process.state == ProcessState::waiting && process.waits_for_parents)
        return "after " + listed(process.spec.conditions.dependencies);
    if (process.state == ProcessState::failed && !process.process_graph.empty())
        return "its workflow failed";
    return {};
}

std::optional<Duration> waiting_time(const Process& process, WallTime now)
{
    if (process.state == ProcessState::waiting)
        return between(process.submitted, now);
    return between(process.submitted, process.started ? process.started : end_of(process));
}

std::optional<Duration> running_time(const Process& process, WallTime now)
{
    if (process.state == ProcessState::waiting)
        return {};
    return between(process.started, process.state == ProcessState::running ? now : end_of(process));
}

std::string shortened(std::string text, std::size_t width)
{
    std::size_t characters = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool continues = (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U;
        if (!continues && ++characters > width)
            return text.substr(0, i) + "…";
    }
    return text;
}

std::string short_arguments(const colonies::FunctionSpec& spec, std::size_t width)
{
    std::string text;
    for (const Value& arg : spec.args)
        text += (text.empty() ? "" : ", ") + to_json(arg);
    for (const auto& [name, value] : spec.kwargs)
        text += (text.empty() ? "" : ", ") + name + "=" + to_json(value);
    return shortened(std::move(text), width);
}

std::string executor_of(const Process& process, const Names& names)
{
    const auto found = names.find(process.executor_id);
    return found == names.end() ? process.executor_id.substr(0, 12) : found->second;
}

Object process_data(const Process& process, const Names& names, WallTime now)
{
    const colonies::FunctionSpec& spec = process.spec;
    Object object{{"id", process.id},
                  {"function", spec.function},
                  {"state", forager::name_of(state_of(process.state))},
                  {"note", note_on(process)},
                  {"source", process.initiator_name},
                  {"tries", process.retries + (process.started ? 1 : 0)}};
    add_text(object, "label", spec.label);
    add_text(object, "workflow", process.process_graph);
    if (!process.process_graph.empty())
        add_text(object, "task", spec.node);
    if (!spec.conditions.dependencies.empty())
        object.append("after", texts(spec.conditions.dependencies));
    object.append("executor_type", spec.conditions.executor_type);
    add_text(object, "executor", executor_of(process, names));
    add_time(object, "submitted", process.submitted);
    add_time(object, "started", process.started);
    add_time(object, "ended", end_of(process));
    add_seconds(object, "waited", waiting_time(process, now));
    add_seconds(object, "ran", running_time(process, now));
    add_limits(object, spec);
    object.append("args", spec.args);
    object.append("kwargs", spec.kwargs);
    add_outcome(object, process);
    return object;
}

Object graph_data(const colonies::ProcessGraph& graph, std::vector<Process> processes, const Names& names, WallTime now)
{
    sort_by_dependency(processes);
    Object object{
        {"id", graph.id}, {"state", forager::name_of(state_of(graph.state))}, {"source", graph.initiator_name}};
    if (!processes.empty())
        add_text(object, "label", processes.front().spec.label);
    add_time(object, "submitted", graph.submitted);
    add_time(object, "started", graph.started);
    add_time(object, "ended", has_ended(graph.state) ? graph.ended : std::nullopt);
    Array tasks;
    for (const Process& process : processes)
        tasks.emplace_back(process_data(process, names, now));
    object.append("tasks", std::move(tasks));
    return object;
}

void sort_by_dependency(std::vector<Process>& processes)
{
    std::vector<Process> sorted;
    std::set<std::string> placed;
    const auto is_ready = [&](const Process& process) {
        return std::ranges::all_of(process.parents, [&](const std::string& id) { return placed.contains(id); });
    };
    while (!processes.empty()) {
        auto next = std::ranges::find_if(processes, is_ready);
        if (next == processes.end()) // a circle, or a parent that is not there
            next = processes.begin();
        placed.insert(next->id);
        sorted.push_back(std::move(*next));
        processes.erase(next);
    }
    processes = std::move(sorted);
}

std::vector<std::string> lines_of(std::string_view message)
{
    while (message.ends_with('\n'))
        message.remove_suffix(1);
    std::vector<std::string> lines;
    for (const std::string_view line : split(message, '\n'))
        lines.emplace_back(line);
    return lines;
}

Object line_data(std::int64_t time, std::string text, const std::string& task)
{
    Object data{{"at", timestamp(WallTime{std::chrono::nanoseconds{time}})}, {"text", std::move(text)}};
    if (!task.empty())
        data.append("task", task);
    return data;
}

} // namespace forager::cli
