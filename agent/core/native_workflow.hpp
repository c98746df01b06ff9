// A workflow of a script as a native workflow of a colony: one process for each task, which any executor with the
// script can run. What such a graph cannot carry is refused by its name. Pure. Facts: Colonies v1.9.12, docs/colony.md.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace forager {

/// A task as it was declared.
struct NativeTask {
    std::string name;
    std::string function;           ///< full name of what it calls
    std::vector<std::string> after; ///< tasks that end before it begins
    Array args;                     ///< these and `kwargs` may refer to results (core/references.hpp)
    Object kwargs;
    std::string executor;     ///< type of the executor that it goes to; empty: the submission's
    bool inline_run = false;  ///< `function` is the task's own: it gets the results of `after` before its own arguments
    bool go_on = false;       ///< on_failure = "continue"
    bool has_when = false;    ///< it has a condition
    bool has_foreach = false; ///< it runs once for each item
    std::optional<std::size_t> retries;
    std::optional<Duration> timeout;
    std::string where; ///< FILE:LINE
};

struct NativeDeclaration {
    std::string name;
    std::size_t concurrency = 0; ///< tasks at once; 0: as many as there are
    std::vector<NativeTask> tasks;
    std::string where;
};

/// What an agent must know of a node beside what Colonies' own fields say, so that it is run as in an embedded
/// workflow: its arguments are meant as they are, with references to what its parents gave, and its limits are those of
/// each try.
struct TaskNote {
    std::string workflow;
    std::optional<std::size_t> retries;
    std::optional<Duration> timeout;
    bool operator==(const TaskNote&) const = default;
};

/// In the environment of the node's process, as JSON.
inline constexpr const char* task_note_name = "FORAGER_TASK";

Object to_object(const TaskNote& note);
TaskNote task_note_in(const Object& object);

/// A node of the graph, in the order of declaration.
struct NativeNode {
    std::string name;
    std::string function;
    std::string executor;                  ///< type
    std::vector<std::string> dependencies; ///< names of nodes, each once
    Array args; ///< with references; those of an inline run begin with what it gets of `after`
    Object kwargs;
    TaskNote note; ///< its limits, too
    bool operator==(const NativeNode&) const = default;
};

/// `executor`: the type for tasks that name none. Failures: bad_arguments, with the details `task` and `option`; limit
/// for too many tasks.
Result<std::vector<NativeNode>> native_workflow(const NativeDeclaration& workflow, const std::string& executor);

} // namespace forager
