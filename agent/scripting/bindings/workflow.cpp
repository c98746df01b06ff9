// Workflows as Lua declares them, one task after another.
#include "scripting/bindings/bindings.hpp"

#include "primitives/colony/work.hpp"
#include "runtime/colony_calls.hpp"
#include "scripting/durability.hpp"
#include "scripting/lua_failure.hpp"
#include "scripting/script.hpp"

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

Failure declaration(std::string message)
{
    Failure failure{Errc::bad_arguments, std::move(message)};
    failure.declaration = true;
    return failure;
}

Workflow& workflow_of(Request& request)
{
    return request.script.workflows.at(*request.arg(0).get<std::string>());
}

std::string place(Request& request)
{
    return place_of(request.script.vm().current().thread);
}

std::optional<std::size_t> count(const Value& options, std::string_view name)
{
    const auto whole = whole_option(options, name);
    return whole ? std::optional{static_cast<std::size_t>(*whole)} : std::nullopt;
}

// The handler of a function that Lua passed, or none for `false`: the script holds the workflow, and so this as well.
std::shared_ptr<Handler> own_handler_of(Request& request, const Value& function)
{
    const auto* reference = function.get<std::int64_t>();
    return reference == nullptr ? nullptr : request.script.own_handler(static_cast<int>(*reference));
}

// Its tasks are the steps of the invocation.
asio::awaitable<Outcome> run_recorded(World& world, const Workflow& workflow, const Invocation& invocation,
                                      Observer& observer, const ColonyCalls* colony = nullptr)
{
    const auto recording = co_await Recording::open(world.journal, invocation);
    if (!recording)
        co_return recording.error();
    Outcome outcome = co_await world.workflows.run(workflow, invocation, observer, recording->get(), colony);
    co_return outcome;
}

// The same with tasks that the colony does.
asio::awaitable<Outcome> run_in_colony(World& world, const Workflow& workflow, const Invocation& invocation,
                                       Observer& observer)
{
    const auto member = world.colony();
    if (!member)
        co_return member.error();
    MemberColony colony{(*member)->who_runs(invocation)};
    const ColonyCalls calls{world.scheduler, world.journal, colony};
    Outcome outcome = co_await run_recorded(world, workflow, invocation, observer, &calls);
    co_return outcome;
}

asio::awaitable<Outcome> run_returned(Script& script, const Workflow& workflow, const Invocation& invocation,
                                      Observer& observer)
{
    return script.tasks_in_colony ? run_in_colony(script.world(), workflow, invocation, observer)
                                  : run_recorded(script.world(), workflow, invocation, observer);
}

// What tasks call must be there, but for what the colony does.
Result<void> check(Script& script, const Workflow& workflow)
{
    const bool elsewhere = script.tasks_in_colony && script.returned_workflow == workflow.name;
    return script.world().workflows.check(workflow, elsewhere ? nullptr : &script.registry());
}

// Runs a workflow of a script for whoever calls it by its name.
class WorkflowHandler final : public Handler {
public:
    WorkflowHandler(std::shared_ptr<Script> script, std::string name)
        : script_{std::move(script)}, name_{std::move(name)}
    {
    }

    asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value>, Observer& observer) override
    {
        const auto script = script_;                           // this handler may go while it runs
        const Workflow workflow = script->workflows.at(name_); // a copy: the script may declare more meanwhile
        Outcome outcome = co_await run_recorded(script->world(), workflow, invocation, observer);
        co_return outcome;
    }

private:
    std::shared_ptr<Script> script_;
    std::string name_;
};

Result<void> declare_function(Request& request, const Workflow& workflow)
{
    Function function;
    function.name = workflow.name;
    function.doc = text_option(request.arg(1), "doc");
    function.workflow = true;
    return request.script.declare(std::move(function),
                                  std::make_shared<WorkflowHandler>(request.script.shared_from_this(), workflow.name));
}

// workflow_new(name, options)
Outcome workflow_new(Request& request)
{
    const std::string& name = *request.arg(0).get<std::string>();
    if (const auto earlier = request.script.workflows.find(name); earlier != request.script.workflows.end())
        return declaration("workflow '" + name + "' is declared twice, first at " + earlier->second.where);
    Workflow workflow;
    workflow.name = name;
    workflow.concurrency =
        std::max<std::size_t>(1, count(request.arg(1), "concurrency").value_or(workflow.concurrency));
    workflow.where = place(request);
    if (auto declared = declare_function(request, workflow); !declared)
        return declared.error();
    request.script.workflows.emplace(name, std::move(workflow));
    return Outputs{};
}

Result<WorkflowTask> task_of(Request& request)
{
    const Value& given = request.arg(1);
    WorkflowTask task;
    task.name = text_option(given, "name");
    for (const Value& name : *option(given, "after")->get<Array>())
        task.after.push_back(*name.get<std::string>());
    if (const Value* args = option(given, "args"))
        task.args = *args->get<Array>();
    if (const Value* kwargs = option(given, "kwargs"); kwargs != nullptr && kwargs->get<Object>() != nullptr)
        task.kwargs = *kwargs->get<Object>();
    if (const Value* list = option(given, "foreach"))
        task.foreach = *list;
    auto timeout = duration_option(given, "timeout");
    if (!timeout)
        return timeout.error();
    task.timeout = *timeout;
    task.retries = count(given, "retries");
    task.go_on = flag_option(given, "go_on", false);
    task.concurrency = count(given, "concurrency").value_or(task.concurrency);
    task.executor = text_option(given, "executor");
    task.when = own_handler_of(request, request.arg(3));
    task.foreach_handler = own_handler_of(request, request.arg(4));
    task.where = place(request);
    return task;
}

// workflow_task(workflow, options, run, when, foreach): the last three are functions or false
Outcome workflow_task(Request& request)
{
    Workflow& workflow = workflow_of(request);
    auto task = task_of(request);
    if (!task)
        return task.error();
    for (const WorkflowTask& earlier : workflow.tasks)
        if (earlier.name == task->name)
            return declaration("task '" + task->name + "' is declared twice, first at " + earlier.where);
    task->function = text_option(request.arg(1), "call");
    if (auto run = own_handler_of(request, request.arg(2))) {
        Function function;
        function.name = task->function = workflow.name + "." + task->name;
        function.doc = text_option(request.arg(1), "doc");
        function.variadic = true;
        auto handler = request.script.handler(static_cast<int>(*request.arg(2).get<std::int64_t>()));
        if (auto declared = request.script.declare(function, std::move(handler)); !declared)
            return declared.error();
        task->inline_run = std::make_shared<Registry::Entry>(Registry::Entry{std::move(function), std::move(run)});
    }
    workflow.tasks.push_back(std::move(*task));
    return Outputs{};
}

Outcome workflow_returned(Request& request)
{
    request.script.returned_workflow = *request.arg(0).get<std::string>();
    if (auto checked = check(request.script, workflow_of(request)); !checked)
        return checked.error();
    return Outputs{};
}

asio::awaitable<Outcome> run_workflow(Request request, Recording* recording)
{
    // A copy: the script may declare more while this one runs.
    const Workflow workflow = workflow_of(request);
    if (auto checked = check(request.script, workflow); !checked)
        co_return checked.error();
    const Invocation& invocation = request.context.invocation;
    Observer& observer = request.context.observer;
    const bool is_result = request.script.returned_workflow == workflow.name;
    auto work = is_result ? run_returned(request.script, workflow, invocation, observer)
                          : request.script.world().workflows.run(workflow, invocation, observer, recording);
    auto outcome = co_await std::move(work);
    if (outcome && is_result)
        request.script.workflow_results = *outcome;
    co_return outcome;
}

// Which task calls is known now only, not when the coroutine goes on.
asio::awaitable<Outcome> workflow_run(Request request)
{
    Recording* recording = recording_of(request);
    return run_workflow(std::move(request), recording);
}

constexpr Binding bindings[] = {
    {"workflow_new", workflow_new},
    {"workflow_task", workflow_task, nullptr, true},
    {"workflow_returned", workflow_returned},
    {"workflow_run", Inside{workflow_run}, "{}"},
};

} // namespace

std::span<const Binding> workflow_bindings()
{
    return bindings;
}

} // namespace forager::scripting
