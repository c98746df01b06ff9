// A workflow that a script declared, as the colony takes it.
#pragma once

#include "clients/colonies/types/workflow.hpp"
#include "runtime/workflow.hpp"

#include <cstdint>
#include <string>

namespace forager::cli {

/// What is said of all tasks at once.
struct NativeOptions {
    std::string executor = "forager"; ///< type, for tasks that name none
    std::string label;                ///< empty: the workflow's name
    std::int64_t priority = 0;
    std::optional<Duration> max_wait; ///< of each task
};

/// Failures: see `native_workflow`; bad_arguments for what else the server does not take, naming the task.
Result<colonies::WorkflowSpec> native_spec(const Workflow& workflow, const NativeOptions& options,
                                           const std::string& colony);

} // namespace forager::cli
