// Short forms to write workflows down in tests.
#pragma once

#include "runtime/workflow.hpp"

#include <string>
#include <utility>
#include <vector>

namespace forager::test {

inline Workflow named(std::string name)
{
    Workflow workflow;
    workflow.name = std::move(name);
    return workflow;
}

inline WorkflowTask task(std::string name, std::string function)
{
    WorkflowTask task;
    task.name = std::move(name);
    task.function = std::move(function);
    return task;
}

inline WorkflowTask after(WorkflowTask task, std::vector<std::string> names)
{
    task.after = std::move(names);
    return task;
}

} // namespace forager::test
