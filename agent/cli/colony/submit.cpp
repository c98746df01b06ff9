// forager submit --colony: hands work to the colony, as a process or as a native workflow.
#include "cli/colony/commands.hpp"
#include "cli/colony/member.hpp"
#include "cli/colony/native.hpp"
#include "cli/colony/watch.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "clients/colonies/calls/processes.hpp"
#include "clients/colonies/calls/workflows.hpp"
#include "clients/colonies/client.hpp"
#include "io/formats/json.hpp"
#include "primitives/colony/outcome.hpp"
#include "primitives/colony/specification.hpp"

#include <utility>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

// What is known when the work has ended, or the waiting for it.
struct Submitted {
    std::string id;
    bool is_graph = false;
};

Failure misused(std::string message)
{
    Failure failure{Errc::bad_arguments, std::move(message)};
    failure.declaration = true; // of the command line
    return failure;
}

Result<ColonyCall> call_of(const ColonySubmission& work)
{
    ColonyCall call;
    call.function = work.work;
    for (const std::string& text : work.args)
        call.args.push_back(json_or_text(text));
    auto kwargs = keyword_arguments(work.keywords);
    if (!kwargs)
        return misused(kwargs.error().message);
    call.kwargs = std::move(*kwargs);
    if (!work.executor.empty())
        call.executor = work.executor;
    call.label = work.label;
    call.priority = work.priority;
    call.timeout = work.timeout;
    call.max_wait = work.max_wait;
    call.retries = static_cast<std::int64_t>(work.retries.value_or(0));
    return call;
}

Result<colonies::FunctionSpec> function_spec(const ColonySubmission& work, const std::string& colony)
{
    auto call = call_of(work);
    if (!call)
        return call.error();
    auto spec = specification_of(std::move(*call), colony);
    if (!spec)
        return misused(spec.error().message);
    return spec;
}

Result<colonies::WorkflowSpec> workflow_spec(const ColonySubmission& work, scripting::Script& script,
                                             const std::string& colony)
{
    if (script.returned_workflow.empty())
        return misused("'" + work.work +
                       "' returns no workflow, and a colony is handed nothing else of a script: let "
                       "it end with 'return' and its workflow, or submit one of its functions by its name");
    NativeOptions options;
    if (!work.executor.empty())
        options.executor = work.executor;
    options.label = work.label;
    options.priority = work.priority;
    options.max_wait = work.max_wait;
    auto spec = native_spec(script.workflows.at(script.returned_workflow), options, colony);
    if (!spec) {
        Failure refused = spec.error();
        refused.declaration = true;
        return refused;
    }
    return spec;
}

asio::awaitable<Outcome> submit_function(const ColonySubmission& work, Progress& progress, Submitted& submitted,
                                         ColonyMember& member)
{
    auto spec = function_spec(work, member.colony());
    if (!spec)
        co_return spec.error();
    auto process = co_await colonies::submit(member.caller(), std::move(*spec));
    if (!process)
        co_return process.error();
    submitted.id = process->id;
    if (work.follow) {
        ColonyWatch watch{member, progress, true};
        Outcome outcome = co_await watch.process(submitted.id);
        co_return outcome;
    }
    if (!work.wait)
        co_return Outputs{};
    const auto ended = co_await member.wait(submitted.id);
    if (!ended)
        co_return ended.error();
    co_return outcome_of(*ended);
}

// The script declares here; its functions run where they are wanted.
asio::awaitable<Outcome> submit_script(const ColonySubmission& work, Progress& progress, Submitted& submitted, App& app,
                                       ColonyMember& member)
{
    const auto script = app.script(work.work, scripting::Script::Mode::load);
    script->tasks_in_colony = true; // what they call need not be here
    if (const auto loaded = script->load(); !loaded)
        co_return loaded.error();
    Invocation invocation;
    invocation.id = app.scheduler().fresh_id();
    invocation.function = work.work;
    invocation.source = "submit";
    invocation.args.assign(work.args.begin(), work.args.end());
    const Outcome declared = co_await script->run_main(invocation, progress);
    if (!declared)
        co_return declared;
    auto spec = workflow_spec(work, *script, member.colony());
    if (!spec)
        co_return spec.error();
    std::vector<std::string> tasks;
    for (const colonies::FunctionSpec& function : spec->functions)
        tasks.push_back(function.node);
    auto graph = co_await colonies::submit_workflow(member.caller(), std::move(*spec));
    if (!graph)
        co_return graph.error();
    submitted = {graph->id, true};
    if (!work.wait && !work.follow)
        co_return Outputs{};
    ColonyWatch watch{member, progress, work.follow};
    Outcome outcome = co_await watch.graph(submitted.id, std::move(tasks));
    co_return outcome;
}

Failure left_running(const Submitted& submitted)
{
    const std::string what = submitted.is_graph ? "the workflow " : "the process ";
    return {Errc::cancelled, "the waiting was interrupted; " + what + submitted.id +
                                 " goes on in the colony: 'forager show --colony ID' shows it, 'forager logs --colony "
                                 "--follow ID' follows it, and 'forager cancel --colony ID' ends it"};
}

int print_json(const ColonySubmission& work, const Submitted& submitted, const Outcome& outcome)
{
    Object object{{"ok", outcome.has_value()}, {"id", submitted.id}};
    if (!outcome)
        object.append("error", outcome.error().to_object());
    else if (work.wait || work.follow)
        object.append("result", as_one(*outcome));
    write_out(to_json(Value{std::move(object)}) + "\n");
    return outcome ? Exit::done : Exit::failed;
}

int print(const ColonySubmission& work, const Submitted& submitted, const Outcome& outcome)
{
    if (work.common.json)
        return print_json(work, submitted, outcome);
    if (!outcome)
        return print_failure(outcome.error(), work.common);
    write_out(work.wait || work.follow ? for_people(as_one(*outcome)) : submitted.id + "\n");
    return Exit::done;
}

} // namespace

int submit_to_colony(const ColonySubmission& work)
{
    if (work.is_script && !work.keywords.empty())
        return print_failure(misused("--kw is for functions: a script takes its arguments in their order"),
                             work.common);
    if (work.is_script && (work.timeout || work.retries))
        return print_failure(
            misused("--timeout and --retries are for functions: the tasks of a workflow have their own"), work.common);
    const auto progress = make_progress(work.common);
    Submitted submitted;
    const auto question = [&](App& app, ColonyMember& member) {
        return work.is_script ? submit_script(work, *progress, submitted, app, member)
                              : submit_function(work, *progress, submitted, member);
    };
    const Ending ending = colony_answer(work.common, *progress, question);
    if (submitted.id.empty())
        return print_ending(ending, work.common);
    if (ending.stopped && ending.stopped->signal != 0) {
        print(work, submitted, left_running(submitted));
        return Watchdog::exit_code(*ending.stopped);
    }
    return print(work, submitted, ending.outcome);
}

} // namespace forager::cli
