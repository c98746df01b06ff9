#include "cli/colony/native.hpp"

#include "core/native_workflow.hpp"
#include "io/formats/json.hpp"
#include "primitives/colony/specification.hpp"

#include <utility>

namespace forager::cli {

namespace {

NativeTask declared(const WorkflowTask& task)
{
    NativeTask native;
    native.name = task.name;
    native.function = task.function;
    native.after = task.after;
    native.args = task.args;
    native.kwargs = task.kwargs;
    native.executor = task.executor;
    native.inline_run = task.inline_run != nullptr;
    native.go_on = task.go_on;
    native.has_when = task.when != nullptr;
    native.has_foreach = task.foreach || task.foreach_handler;
    native.retries = task.retries;
    native.timeout = task.timeout;
    native.where = task.where;
    return native;
}

NativeDeclaration declared(const Workflow& workflow)
{
    NativeDeclaration native{workflow.name, 0, {}, workflow.where};
    if (workflow.concurrency != Workflow{}.concurrency) // the default is for one machine
        native.concurrency = workflow.concurrency;
    for (const WorkflowTask& task : workflow.tasks)
        native.tasks.push_back(declared(task));
    return native;
}

ColonyCall call_of(NativeNode node, const NativeOptions& options)
{
    ColonyCall call;
    call.node = std::move(node.name);
    call.function = std::move(node.function);
    call.args = std::move(node.args);
    call.kwargs = std::move(node.kwargs);
    call.after = std::move(node.dependencies);
    call.executor = std::move(node.executor);
    call.timeout = node.note.timeout;
    call.retries = static_cast<std::int64_t>(node.note.retries.value_or(0));
    call.max_wait = options.max_wait;
    call.priority = options.priority;
    call.label = options.label.empty() ? node.note.workflow : options.label;
    call.env = {{task_note_name, to_json(Value{to_object(node.note)})}};
    return call;
}

} // namespace

Result<colonies::WorkflowSpec> native_spec(const Workflow& workflow, const NativeOptions& options,
                                           const std::string& colony)
{
    auto nodes = native_workflow(declared(workflow), options.executor);
    if (!nodes)
        return nodes.error();
    colonies::WorkflowSpec spec;
    spec.colony = colony;
    for (NativeNode& node : *nodes) {
        const std::string name = node.name;
        auto function = specification_of(call_of(std::move(node), options), colony);
        if (!function) {
            Failure failure = function.error();
            failure.message = "the task '" + name + "': " + failure.message;
            failure.details.set("task", name);
            return failure;
        }
        spec.functions.push_back(std::move(*function));
    }
    return spec;
}

} // namespace forager::cli
