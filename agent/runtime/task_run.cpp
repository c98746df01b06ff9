#include "runtime/task_run.hpp"

#include "base/ids.hpp"
#include "core/references.hpp"
#include "runtime/colony_calls.hpp"
#include "runtime/fan_out.hpp"
#include "runtime/run_handler.hpp"

#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

bool says_no(const Value& answer)
{
    const auto* boolean = answer.get<bool>();
    return answer.is_null() || (boolean != nullptr && !*boolean);
}

Result<Array> as_items(Value value)
{
    if (auto* list = value.get<Array>()) {
        if (list->size() > TaskRun::most_items)
            return Failure{Errc::limit, "a foreach may have " + std::to_string(TaskRun::most_items) +
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

TaskRun::TaskRun(Parts parts, const WorkflowTask& task, const Invocation& invocation, std::string key)
    : parts_{std::move(parts)}, task_{task}, invocation_{invocation}, key_{std::move(key)}
{
}

asio::awaitable<Outcome> TaskRun::run()
{
    if (parts_.recording == nullptr)
        co_return co_await work();
    if (const Outcome* known = parts_.recording->find(key_)) {
        tell(*known);
        co_return *known;
    }
    Outcome outcome = co_await work();
    if (const auto kept = co_await parts_.recording->keep(key_, outcome); !kept)
        co_return kept.error();
    co_return outcome;
}

asio::awaitable<Outcome> TaskRun::work()
{
    std::vector<Value> after = results_before();
    if (task_.when) {
        Outcome answer = co_await run_handler(*task_.when, invocation_, after, parts_.observer);
        if (!answer) {
            tell(answer);
            co_return answer;
        }
        if (says_no(as_one(std::move(*answer)))) {
            parts_.observer.state(invocation_, State::succeeded, "skipped");
            co_return Outputs{};
        }
    }
    const bool fans_out = task_.foreach || task_.foreach_handler;
    auto calls = fans_out ? call_for_each(std::move(after)) : call_once(std::move(after));
    Outcome outcome = co_await std::move(calls);
    co_return outcome;
}

asio::awaitable<Outcome> TaskRun::call_once(std::vector<Value> after)
{
    Result<Invocation> invocation = prepared(after, nullptr);
    if (!invocation) {
        const Outcome refused = invocation.error();
        tell(refused);
        co_return refused;
    }
    Outcome outcome = co_await parts_.scheduler.call(std::move(*invocation), parts_.observer, known_function());
    co_return outcome;
}

// The scheduler tells how each item fares; how the whole task fares is told here.
asio::awaitable<Outcome> TaskRun::call_for_each(std::vector<Value> after)
{
    try {
        const Result<Array> items = co_await recorded_items(after);
        Outcome outcome = Outputs{};
        if (items)
            outcome = co_await fan_out(after, *items);
        else
            outcome = items.error();
        tell(outcome);
        co_return outcome;
    } catch (...) {
        parts_.observer.state(invocation_, State::cancelled, {});
        throw;
    }
}

asio::awaitable<Outcome> TaskRun::fan_out(const std::vector<Value>& after, const Array& items)
{
    parts_.observer.state(invocation_, State::running, count_note(items.size()));
    const auto make = [&](std::size_t index) {
        Result<Invocation> invocation = prepared(after, &items[index]);
        if (invocation) {
            invocation->id = derived_id(invocation_.id, std::to_string(index));
            invocation->label += "[" + std::to_string(index + 1) + "]";
        }
        return invocation;
    };
    FanOut calls{parts_.scheduler, parts_.observer, make, items.size(), known_function()};
    if (parts_.recording != nullptr)
        calls.record(*parts_.recording, key_);
    Outcome outcome = co_await calls.run(task_.concurrency);
    co_return outcome;
}

// What a function makes could be another list in the next run.
asio::awaitable<Result<Array>> TaskRun::recorded_items(const std::vector<Value>& after)
{
    const std::string key = key_ + " items";
    const Outcome* known = parts_.recording == nullptr ? nullptr : parts_.recording->find(key);
    if (known != nullptr && *known)
        co_return as_items(as_one(**known));
    Result<Array> items = co_await items_now(after);
    if (!items || parts_.recording == nullptr || !task_.foreach_handler)
        co_return items;
    Outcome list{Outputs{Value{*items}}};
    const auto kept = co_await parts_.recording->keep(key, std::move(list));
    if (!kept)
        co_return kept.error();
    co_return items;
}

asio::awaitable<Result<Array>> TaskRun::items_now(const std::vector<Value>& after)
{
    if (!task_.foreach_handler) {
        const Referents referents{parts_.result_of};
        Result<Value> value = resolve(*task_.foreach, referents);
        if (!value)
            co_return value.error();
        co_return as_items(std::move(*value));
    }
    Outcome made = co_await run_handler(*task_.foreach_handler, invocation_, after, parts_.observer);
    if (!made)
        co_return made.error();
    co_return as_items(as_one(std::move(*made)));
}

Result<Invocation> TaskRun::prepared(const std::vector<Value>& after, const Value* item) const
{
    const Referents referents{parts_.result_of, item};
    Invocation invocation = invocation_;
    const bool item_alone = task_.args.empty() && task_.kwargs.empty();
    if (item != nullptr && (task_.inline_run || item_alone))
        invocation.args.push_back(*item);
    if (task_.inline_run)
        invocation.args.insert(invocation.args.end(), after.begin(), after.end());
    for (const Value& arg : task_.args) {
        Result<Value> value = resolve(arg, referents);
        if (!value)
            return value.error();
        invocation.args.push_back(std::move(*value));
    }
    for (const Member& member : task_.kwargs) {
        Result<Value> value = resolve(member.value, referents);
        if (!value)
            return value.error();
        invocation.kwargs.append(member.name, std::move(*value));
    }
    return invocation;
}

std::vector<Value> TaskRun::results_before() const
{
    std::vector<Value> results;
    for (const std::string& task : task_.after)
        results.push_back(*parts_.result_of(task));
    return results;
}

// What a task calls where it is not whatever the registry has by its name.
Registry::EntryPtr TaskRun::known_function() const
{
    if (parts_.colony == nullptr)
        return task_.inline_run;
    ColonyWay way;
    if (!task_.executor.empty())
        way.options.set("executor", task_.executor);
    way.limit = task_.timeout;
    return parts_.colony->function(task_.function, std::move(way));
}

void TaskRun::tell(const Outcome& outcome) const
{
    if (outcome)
        parts_.observer.state(invocation_, State::succeeded, {});
    else
        parts_.observer.state(invocation_, State::failed, sentence_of(outcome.error()));
}

} // namespace forager
