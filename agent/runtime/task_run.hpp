// One task of a workflow's run: whether it runs at all, for which items, what it is called with, and what comes of it.
// Part of the workflow run, used on the strand.
#pragma once

#include "core/outcome.hpp"
#include "runtime/recording.hpp"
#include "runtime/scheduler.hpp"
#include "runtime/workflow.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace forager {

class ColonyCalls;

class TaskRun {
public:
    static constexpr std::size_t most_items = 100'000;

    /// What it uses of the workflow's run; all must outlive it.
    struct Parts {
        Scheduler& scheduler;
        Observer& observer;
        Recording* recording;                                         ///< null: nothing is recorded
        const ColonyCalls* colony;                                    ///< null: tasks are called here
        std::function<const Value*(std::string_view task)> result_of; ///< a null pointer for an unknown task
    };

    /// `invocation`: without arguments. `key` names the task among what is recorded.
    TaskRun(Parts parts, const WorkflowTask& task, const Invocation& invocation, std::string key);

    /// What the task comes to, when all that it comes after has ended; once. It is recorded when this returns. Throws
    /// `operation_aborted` when cancelled, also when the function that it calls was.
    boost::asio::awaitable<Outcome> run();

private:
    boost::asio::awaitable<Outcome> work();
    boost::asio::awaitable<Outcome> call_once(std::vector<Value> after);
    boost::asio::awaitable<Outcome> call_for_each(std::vector<Value> after);
    boost::asio::awaitable<Outcome> fan_out(const std::vector<Value>& after, const Array& items);
    boost::asio::awaitable<Result<Array>> recorded_items(const std::vector<Value>& after);
    boost::asio::awaitable<Result<Array>> items_now(const std::vector<Value>& after);
    Result<Invocation> prepared(const std::vector<Value>& after, const Value* item) const;
    std::vector<Value> results_before() const;
    Registry::EntryPtr known_function() const;
    void tell(const Outcome& outcome) const;

    Parts parts_;
    const WorkflowTask& task_;
    const Invocation& invocation_;
    std::string key_;
};

} // namespace forager
