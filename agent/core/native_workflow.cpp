#include "core/native_workflow.hpp"

#include "base/duration.hpp"
#include "core/options.hpp"
#include "core/references.hpp"
#include "core/workflow_graph.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

namespace forager {

namespace {

constexpr std::int64_t largest_whole = std::int64_t{1} << 53U; // the server's numbers are of double precision
constexpr std::size_t deepest = 100;

Failure refused(const NativeTask& task, const std::string& option, const std::string& why)
{
    Failure failure{Errc::bad_arguments, "the task '" + task.name + "' " + why};
    failure.where = task.where;
    failure.details.set("task", task.name);
    failure.details.set("option", option);
    return failure;
}

Failure not_native(const NativeTask& task, const std::string& option, const std::string& shown, const std::string& why)
{
    return refused(task, option,
                   "has " + shown + ", which a native workflow of a colony cannot carry: " + why +
                       "; submit it with --orchestrate, or leave '" + option + "' out");
}

Result<void> check_options(const NativeTask& task)
{
    if (task.name.empty())
        return refused(task, "name", "needs a name that is not empty");
    if (task.go_on)
        return not_native(task, "on_failure", R"(on_failure = "continue")",
                          "there a failed task fails the whole workflow");
    if (task.has_when)
        return not_native(task, "when", "a 'when'", "there every task runs");
    if (task.has_foreach)
        return not_native(task, "foreach", "a 'foreach'", "there every task runs once");
    return {};
}

// What is wrong with a number or with how deep it lies; empty: nothing.
std::string problem_of(const Value& value, const std::string& path, std::size_t depth)
{
    const auto* whole = value.get<std::int64_t>();
    const auto* number = value.get<double>();
    if (whole != nullptr && (*whole > largest_whole || *whole < -largest_whole))
        return path + " is " + std::to_string(*whole) + ", and a colony rounds such large numbers: pass it as text";
    if (number != nullptr && !std::isfinite(*number))
        return path + " is a number that is not finite, for which JSON has no word";
    if (depth > deepest)
        return path + " is nested more than " + std::to_string(deepest) + " levels deep";
    std::string problem;
    if (const auto* list = value.get<Array>())
        for (std::size_t i = 0; i < list->size() && problem.empty(); ++i)
            problem = problem_of((*list)[i], path + "[" + std::to_string(i + 1) + "]", depth + 1);
    if (const auto* object = value.get<Object>())
        for (auto member = object->begin(); member != object->end() && problem.empty(); ++member)
            problem = problem_of(member->value, path + "." + member->name, depth + 1);
    return problem;
}

Result<void> check_arguments(const NativeTask& task)
{
    for (const auto& [option, value] : {std::pair{"args", Value{task.args}}, std::pair{"kwargs", Value{task.kwargs}}})
        if (const std::string problem = problem_of(value, option, 0); !problem.empty())
            return refused(task, option, "has an argument that a colony cannot carry: " + problem);
    return {};
}

void add_once(std::vector<std::string>& names, const std::string& name)
{
    if (std::ranges::find(names, name) == names.end())
        names.push_back(name);
}

// Who uses a result depends on it, whether the declaration says so or not.
std::vector<std::string> dependencies_of(const NativeTask& task)
{
    std::vector<std::string> names;
    for (const std::string& name : task.after)
        add_once(names, name);
    for (const Value& arg : task.args)
        for (const std::string& name : referenced_tasks(arg))
            add_once(names, name);
    for (const Member& member : task.kwargs)
        for (const std::string& name : referenced_tasks(member.value))
            add_once(names, name);
    return names;
}

NativeNode node_of(const NativeTask& task, const std::string& workflow, const std::string& executor)
{
    NativeNode node;
    node.name = task.name;
    node.function = task.function;
    node.executor = task.executor.empty() ? executor : task.executor;
    node.dependencies = dependencies_of(task);
    if (task.inline_run)
        for (const std::string& name : task.after)
            node.args.push_back(Object{{"$result", Array{name}}});
    node.args.insert(node.args.end(), task.args.begin(), task.args.end());
    node.kwargs = task.kwargs;
    node.note = {workflow, task.retries, task.timeout};
    return node;
}

Failure at_its_place(Failure failure, const NativeDeclaration& workflow)
{
    failure.where = workflow.where;
    const Value* name = failure.details.find("task");
    for (const NativeTask& task : workflow.tasks)
        if (name != nullptr && *name == Value{task.name} && !task.where.empty())
            failure.where = task.where;
    return failure;
}

// The server takes duplicates and unknown names for mistakes, but no tasks at all, and circles, wait for ever.
Result<void> check_graph(const NativeDeclaration& workflow)
{
    std::vector<GraphNode> nodes;
    for (const NativeTask& task : workflow.tasks)
        nodes.push_back({task.name, dependencies_of(task)});
    if (const auto graph = WorkflowGraph::make(nodes); !graph)
        return at_its_place(graph.error(), workflow);
    if (!workflow.tasks.empty())
        return {};
    return at_its_place({Errc::bad_arguments, "the workflow '" + workflow.name + "' has no tasks"}, workflow);
}

Result<void> check_concurrency(const NativeDeclaration& workflow)
{
    if (workflow.concurrency == 0 || workflow.concurrency >= workflow.tasks.size())
        return {};
    Failure failure{Errc::bad_arguments,
                    "the workflow '" + workflow.name + "' has concurrency = " + std::to_string(workflow.concurrency) +
                        ", which a native workflow of a colony cannot carry: there every task runs "
                        "as soon as it can; submit it with --orchestrate, or leave it out"};
    failure.details.set("option", "concurrency");
    return at_its_place(std::move(failure), workflow);
}

} // namespace

Object to_object(const TaskNote& note)
{
    Object object{{"workflow", note.workflow}};
    if (note.retries)
        object.append("retries", *note.retries);
    if (note.timeout)
        object.append("timeout", to_seconds(*note.timeout));
    return object;
}

// It comes from a colony: what is wrong in it counts as missing.
TaskNote task_note_in(const Object& object)
{
    TaskNote note;
    note.workflow = part<std::string>(object, "workflow");
    if (const auto retries = whole_option(object, "retries"); retries && *retries && **retries >= 0)
        note.retries = static_cast<std::size_t>(**retries);
    if (const auto timeout = duration_option(object, "timeout"); timeout)
        note.timeout = *timeout;
    return note;
}

Result<std::vector<NativeNode>> native_workflow(const NativeDeclaration& workflow, const std::string& executor)
{
    if (const auto fine = check_graph(workflow); !fine)
        return fine.error();
    if (const auto fine = check_concurrency(workflow); !fine)
        return fine.error();
    std::vector<NativeNode> nodes;
    for (const NativeTask& task : workflow.tasks) {
        auto fine = check_options(task);
        if (fine)
            fine = check_arguments(task);
        if (!fine)
            return fine.error();
        nodes.push_back(node_of(task, workflow.name, executor));
    }
    return nodes;
}

} // namespace forager
