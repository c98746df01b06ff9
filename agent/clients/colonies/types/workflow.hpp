// Graphs of processes, and what starts them by itself. Facts: Colonies v1.9.12.
#pragma once

#include "base/time.hpp"
#include "clients/colonies/types/function_spec.hpp"
#include "clients/colonies/types/states.hpp"

#include <optional>
#include <string>
#include <vector>

namespace forager::colonies {

struct WorkflowSpec {
    std::string colony;
    std::vector<FunctionSpec> functions; ///< an empty list and circles wait for ever: the server does not look
    bool operator==(const WorkflowSpec&) const = default;
};

/// Its drawing hints are left out: the processes say the same.
struct ProcessGraph {
    std::string id;
    std::string initiator_id;
    std::string initiator_name;
    std::string colony;
    std::vector<std::string> roots; ///< ids of processes
    ProcessState state = ProcessState::waiting;
    std::optional<WallTime> submitted; ///< nothing in the reply to its submission, as the next two
    std::optional<WallTime> started;
    std::optional<WallTime> ended;
    std::vector<std::string> processes;
    bool operator==(const ProcessGraph&) const = default;
};

/// Submits a workflow by the calendar or in intervals.
struct Cron {
    std::string id;
    std::string initiator_id;
    std::string initiator_name;
    std::string colony;
    std::string name;           ///< once in a colony
    std::string expression;     ///< six fields, seconds first
    std::int64_t interval = -1; ///< seconds; -1: the expression counts
    bool random = false;
    std::optional<WallTime> next_run;
    std::optional<WallTime> last_run;
    WorkflowSpec workflow;
    std::string last_graph;          ///< the process graph of the last run
    bool waits_for_last = false;     ///< the next run waits for the end of the last one
    std::int64_t checker_period = 0; ///< milliseconds
    bool operator==(const Cron&) const = default;
};

/// Submits a workflow when enough arguments have been packed, or after a time.
struct Generator {
    std::string id;
    std::string initiator_id;
    std::string initiator_name;
    std::string colony;
    std::string name;
    WorkflowSpec workflow;    ///< its roots get the packed arguments instead of their own
    std::int64_t trigger = 0; ///< how many arguments
    std::int64_t timeout = 0; ///< seconds after the first one
    std::optional<WallTime> first_pack;
    std::optional<WallTime> last_run;
    std::int64_t queue_size = 0; ///< only when it was asked for by its id
    std::int64_t checker_period = 0;
    bool operator==(const Generator&) const = default;
};

} // namespace forager::colonies
