#include "runtime/workflow_run.hpp"

#include "base/ids.hpp"
#include "base/text.hpp"
#include "core/references.hpp"
#include "ports/cancellation.hpp"
#include "runtime/colony_calls.hpp"
#include "runtime/fan_out.hpp"
#include "runtime/run_handler.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

bool says_no(const Value& answer)
{
    const auto* boolean = answer.get<bool>();
    return answer.is_null() || (boolean != nullptr && !*boolean);
}

Failure named(Failure failure, const WorkflowTask& task)
{
    failure.message = "task '" + task.name + "' failed: " + failure.message;
    failure.details.set("task", task.name);
    if (failure.where.empty())
        failure.where = task.where;
    return failure;
}

Result<Array> as_items(Value value)
{
    if (auto* list = value.get<Array>()) {
        if (list->size() > WorkflowRun::most_items)
            return Failure{Errc::limit, "a foreach may have " + std::to_string(WorkflowRun::most_items) +
                                            " items, but this one has " + std::to_string(list->size())};
        return std::move(*list);
    }
    // Lua's {} may arrive as an empty table.
    if (const auto* table = value.get<Object>(); table != nullptr && table->empty())
        return Array{};
    return Failure{Errc::bad_arguments,
                   "its foreach needs a list, but got a value of type " + std::string{value.type_name()}};
}

std::string count_note(std::size_t items)
{
    return std::to_string(items) + (items == 1 ? " item" : " items");
}

} // namespace

WorkflowRun::WorkflowRun(Scheduler& scheduler, const Workflow& workflow, WorkflowGraph graph, const Invocation& parent,
                         Observer& observer, Recording* recording, const ColonyCalls* colony)
    : scheduler_{scheduler},
      workflow_{workflow},
      observer_{observer},
      recording_{recording},
      colony_{colony},
      run_key_{recording == nullptr ? "" : recording->next_key("workflow " + workflow.name)},
      graph_{std::move(graph)},
      ready_{graph_},
      group_{scheduler.executor()}
{
    for (const WorkflowTask& task : workflow.tasks) {
        places_.emplace(task.name, steps_.size());
        steps_.push_back(make_step(task, parent));
    }
}

WorkflowRun::Step WorkflowRun::make_step(const WorkflowTask& task, const Invocation& parent)
{
    Step step{&task, nested_in(parent, task.function, recording_ != nullptr), {}};
    step.invocation.id = recording_ == nullptr ? scheduler_.fresh_id() : derived_id(parent.id, key_of(task));
    step.invocation.label = workflow_.name + "." + task.name;
    step.invocation.source = "workflow " + workflow_.name;
    if (colony_ == nullptr) // there, waiting for an executor counts as little as waiting for a place does here
        step.invocation.timeout = task.timeout;
    step.invocation.retries = task.retries;
    return step;
}

// What a task calls where it is not whatever the registry has by its name.
Registry::EntryPtr WorkflowRun::known_of(const WorkflowTask& task) const
{
    if (colony_ == nullptr)
        return task.inline_run;
    ColonyWay way;
    if (!task.executor.empty())
        way.options.set("executor", task.executor);
    way.limit = task.timeout;
    return colony_->function(task.function, std::move(way));
}

asio::awaitable<Outcome> WorkflowRun::run()
{
    announce();
    co_await asio::this_coro::throw_if_cancelled(false);
    enqueue(ready_.first());
    try {
        co_await group_.join();
    } catch (...) {
        give_up_rest();
        throw;
    }
    co_return result();
}

void WorkflowRun::announce()
{
    for (std::size_t node = 0; node < steps_.size(); ++node) {
        std::vector<std::string> names;
        for (const std::size_t dependency : graph_.dependencies(node))
            names.push_back(steps_[dependency].task->name);
        observer_.state(steps_[node].invocation, State::waiting, names.empty() ? "" : "after " + listed(names));
    }
}

void WorkflowRun::enqueue(const std::vector<std::size_t>& nodes)
{
    queue_.insert(queue_.end(), nodes.begin(), nodes.end());
    begin_what_fits();
}

void WorkflowRun::begin_what_fits()
{
    while (!queue_.empty() && !group_.cancelled() && running_ < std::max<std::size_t>(1, workflow_.concurrency)) {
        const std::size_t node = queue_.front();
        queue_.pop_front();
        ++running_;
        group_.spawn(steps_[node].invocation.label, run_step(node));
    }
}

asio::awaitable<void> WorkflowRun::run_step(std::size_t node)
{
    Step& step = steps_[node];
    step.stage = Stage::begun;
    Outcome outcome = co_await outcome_or_cancelled(step);
    step.stage = Stage::ended;
    --running_;
    settle(node, std::move(outcome));
    begin_what_fits();
}

// A function may be cancelled by something of its own: that fails its task, it does not end the workflow.
asio::awaitable<Outcome> WorkflowRun::outcome_or_cancelled(Step& step)
{
    try {
        Outcome outcome = co_await recorded_outcome_of(step);
        co_return outcome;
    } catch (const std::exception& error) {
        if (group_.cancelled() || !is_cancellation(error))
            throw;
        co_return Failure{Errc::cancelled, step.invocation.function + " was cancelled"};
    }
}

asio::awaitable<Outcome> WorkflowRun::recorded_outcome_of(Step& step)
{
    if (recording_ == nullptr)
        co_return co_await outcome_of(step);
    const std::string key = key_of(*step.task);
    if (const Outcome* known = recording_->find(key)) {
        tell(step, *known);
        co_return *known;
    }
    Outcome outcome = co_await outcome_of(step);
    if (const auto kept = co_await recording_->keep(key, outcome); !kept)
        co_return kept.error();
    co_return outcome;
}

asio::awaitable<Outcome> WorkflowRun::outcome_of(Step& step)
{
    std::vector<Value> after = results_of(step.task->after);
    if (step.task->when) {
        Outcome answer = co_await run_handler(*step.task->when, step.invocation, after, observer_);
        if (!answer) {
            tell(step, answer);
            co_return answer;
        }
        if (says_no(as_one(std::move(*answer)))) {
            observer_.state(step.invocation, State::succeeded, "skipped");
            co_return Outputs{};
        }
    }
    const bool fans_out = step.task->foreach || step.task->foreach_handler;
    auto work = fans_out ? call_for_each(step, std::move(after)) : call_once(step, std::move(after));
    Outcome outcome = co_await std::move(work);
    co_return outcome;
}

asio::awaitable<Outcome> WorkflowRun::call_once(Step& step, std::vector<Value> after)
{
    Result<Invocation> invocation = prepared(step, after, nullptr);
    if (!invocation) {
        const Outcome refused = invocation.error();
        tell(step, refused);
        co_return refused;
    }
    Outcome outcome = co_await scheduler_.call(std::move(*invocation), observer_, known_of(*step.task));
    co_return outcome;
}

// The scheduler tells how each item fares; how the whole task fares is told here.
asio::awaitable<Outcome> WorkflowRun::call_for_each(Step& step, std::vector<Value> after)
{
    try {
        const Result<Array> items = co_await recorded_items_of(step, after);
        Outcome outcome = Outputs{};
        if (items)
            outcome = co_await fan_out(step, after, *items);
        else
            outcome = items.error();
        tell(step, outcome);
        co_return outcome;
    } catch (...) {
        observer_.state(step.invocation, State::cancelled, {});
        throw;
    }
}

asio::awaitable<Outcome> WorkflowRun::fan_out(Step& step, const std::vector<Value>& after, const Array& items)
{
    observer_.state(step.invocation, State::running, count_note(items.size()));
    const auto make = [&](std::size_t index) {
        Result<Invocation> invocation = prepared(step, after, &items[index]);
        if (invocation) {
            invocation->id = derived_id(step.invocation.id, std::to_string(index));
            invocation->label += "[" + std::to_string(index + 1) + "]";
        }
        return invocation;
    };
    FanOut calls{scheduler_, observer_, make, items.size(), known_of(*step.task)};
    if (recording_ != nullptr)
        calls.record(*recording_, key_of(*step.task));
    Outcome outcome = co_await calls.run(step.task->concurrency);
    co_return outcome;
}

// What a function makes could be another list in the next run.
asio::awaitable<Result<Array>> WorkflowRun::recorded_items_of(const Step& step, const std::vector<Value>& after)
{
    const std::string key = key_of(*step.task) + " items";
    const Outcome* known = recording_ == nullptr ? nullptr : recording_->find(key);
    if (known != nullptr && *known)
        co_return as_items(as_one(**known));
    Result<Array> items = co_await items_of(step, after);
    if (!items || recording_ == nullptr || !step.task->foreach_handler)
        co_return items;
    Outcome list{Outputs{Value{*items}}};
    const auto kept = co_await recording_->keep(key, std::move(list));
    if (!kept)
        co_return kept.error();
    co_return items;
}

asio::awaitable<Result<Array>> WorkflowRun::items_of(const Step& step, const std::vector<Value>& after)
{
    if (!step.task->foreach_handler) {
        const Referents referents{[this](std::string_view task) { return result_of(task); }};
        Result<Value> value = resolve(*step.task->foreach, referents);
        if (!value)
            co_return value.error();
        co_return as_items(std::move(*value));
    }
    Outcome made = co_await run_handler(*step.task->foreach_handler, step.invocation, after, observer_);
    if (!made)
        co_return made.error();
    co_return as_items(as_one(std::move(*made)));
}

Result<Invocation> WorkflowRun::prepared(const Step& step, const std::vector<Value>& after, const Value* item) const
{
    const WorkflowTask& task = *step.task;
    const Referents referents{[this](std::string_view name) { return result_of(name); }, item};
    Invocation invocation = step.invocation;
    const bool item_alone = task.args.empty() && task.kwargs.empty();
    if (item != nullptr && (task.inline_run || item_alone))
        invocation.args.push_back(*item);
    if (task.inline_run)
        invocation.args.insert(invocation.args.end(), after.begin(), after.end());
    for (const Value& arg : task.args) {
        Result<Value> value = resolve(arg, referents);
        if (!value)
            return value.error();
        invocation.args.push_back(std::move(*value));
    }
    for (const Member& member : task.kwargs) {
        Result<Value> value = resolve(member.value, referents);
        if (!value)
            return value.error();
        invocation.kwargs.append(member.name, std::move(*value));
    }
    return invocation;
}

std::vector<Value> WorkflowRun::results_of(const std::vector<std::string>& tasks) const
{
    std::vector<Value> results;
    for (const std::string& task : tasks)
        results.push_back(*result_of(task));
    return results;
}

const Value* WorkflowRun::result_of(std::string_view task) const
{
    const auto found = places_.find(task);
    return found == places_.end() ? nullptr : &steps_[found->second].result;
}

void WorkflowRun::settle(std::size_t node, Outcome outcome)
{
    Step& step = steps_[node];
    if (outcome)
        step.result = as_one(std::move(*outcome));
    if (outcome || step.task->go_on) {
        enqueue(ready_.done(node));
        return;
    }
    if (!failure_)
        failure_ = named(std::move(outcome).error(), *step.task);
    for (const std::size_t hopeless : ready_.failed(node)) {
        steps_[hopeless].stage = Stage::ended;
        observer_.state(steps_[hopeless].invocation, State::cancelled, step.task->name + " failed");
    }
}

// After a cancellation: what had not begun is told as well, so that whoever watches sees the end of every task.
void WorkflowRun::give_up_rest()
{
    for (Step& step : steps_)
        if (step.stage == Stage::waiting)
            observer_.state(step.invocation, State::cancelled, {});
}

void WorkflowRun::tell(const Step& step, const Outcome& outcome)
{
    if (outcome)
        observer_.state(step.invocation, State::succeeded, {});
    else
        observer_.state(step.invocation, State::failed, outcome.error().message);
}

Outcome WorkflowRun::result() const
{
    if (failure_)
        return *failure_;
    Object results;
    for (const Step& step : steps_)
        results.append(step.task->name, step.result);
    Outputs outputs;
    outputs.emplace_back(std::move(results));
    return outputs;
}

} // namespace forager
