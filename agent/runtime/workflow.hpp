// A workflow as it was declared: what its tasks call, when, and with what.
#pragma once

#include "base/time.hpp"
#include "core/value.hpp"
#include "ports/handler.hpp"
#include "runtime/registry.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace forager {

struct WorkflowTask {
    std::string name;
    std::string function;           ///< full name of what it calls
    std::vector<std::string> after; ///< tasks that end before it begins
    std::vector<Value> args;        ///< these and `kwargs` may refer to results and items (core/references.hpp)
    Object kwargs;
    /// The function `function` where it is the task's own: it gets the results of `after`, in declared order, before
    /// its own arguments.
    Registry::EntryPtr inline_run;
    std::optional<std::size_t> retries;
    std::optional<Duration> timeout;
    bool go_on = false;            ///< what depends on it runs also when it fails, with null for its result
    std::shared_ptr<Handler> when; ///< called with the results of `after`; false or null: the task is skipped
    std::optional<Value> foreach;  ///< a list, or a reference to one: the task runs once for each item
    std::shared_ptr<Handler> foreach_handler; ///< makes that list out of the results of `after`
    std::size_t concurrency = 8;              ///< items at once
    std::string executor;                     ///< type of the executor that it goes to in a colony; empty: any agent's
    std::string where;                        ///< FILE:LINE of the declaration
};

struct Workflow {
    std::string name;
    std::vector<WorkflowTask> tasks;
    std::size_t concurrency = 64; ///< tasks at once
    std::string where;
};

} // namespace forager
