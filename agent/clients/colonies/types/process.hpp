// A process of a colony: one call of a function that was submitted, and what became of it. Facts: Colonies v1.9.12.
#pragma once

#include "base/time.hpp"
#include "clients/colonies/types/function_spec.hpp"
#include "clients/colonies/types/states.hpp"

#include <optional>
#include <string>
#include <vector>

namespace forager::colonies {

struct Attribute {
    std::string id;
    std::string process; ///< whose it is
    std::string colony;
    std::string process_graph;
    std::int64_t state = 0;
    AttributeType type = AttributeType::out;
    std::string key;
    std::string value;
    bool operator==(const Attribute&) const = default;
};

struct Process {
    std::string id;
    std::string initiator_id; ///< empty, as the name, for what `add_child` made
    std::string initiator_name;
    std::string executor_id;  ///< whose it is or was; empty: nobody's
    bool is_assigned = false; ///< stays true after closing
    ProcessState state = ProcessState::waiting;
    std::int64_t priority_time = 0; ///< submission in nanoseconds less the priority in days; the smallest comes first
    std::optional<WallTime> submitted;
    std::optional<WallTime> started;
    std::optional<WallTime> ended; ///< of the last take-away while it waits again
    std::optional<WallTime> wait_deadline;
    std::optional<WallTime> exec_deadline; ///< nothing in replies of a server in exclusive mode: see `deadline_of`
    std::int64_t retries = 0;              ///< how often it was taken away by its time limit
    std::vector<Attribute> attributes;
    FunctionSpec spec;
    bool waits_for_parents = false;
    std::vector<std::string> parents;
    std::vector<std::string> children;
    std::string process_graph; ///< empty outside of workflows
    Array in;                  ///< what the parents gave, joined flat
    Array out;
    std::vector<std::string> errors;
    bool operator==(const Process&) const = default;
};

/// What tells one lease from another, and no more: of processes whose rest may be large, or cannot be read.
struct ProcessHead {
    std::string id;
    std::string executor_id; ///< whose it is or was; empty: nobody's
    ProcessState state = ProcessState::waiting;
    std::int64_t retries = 0;
    bool operator==(const ProcessHead&) const = default;
};

/// When the server takes it away: as it says, or else from its start and its time limit. Nothing without a limit.
std::optional<WallTime> deadline_of(const Process& process);

} // namespace forager::colonies
