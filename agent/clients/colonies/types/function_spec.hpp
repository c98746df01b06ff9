// What is asked for when work is submitted: a function, its arguments, and who may run it. Facts: Colonies v1.9.12.
#pragma once

#include "clients/colonies/record.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace forager::colonies {

/// As a wish of a process, and as what an executor has. Not compared by the server.
struct Gpu {
    std::string name;
    std::string memory; ///< "24Gi"
    std::int64_t count = 0;
    std::int64_t node_count = 0;
    bool operator==(const Gpu&) const = default;
};

/// Who may run it. The server compares colony, type, names, location, cpu and memory only.
struct Conditions {
    std::string colony;
    std::vector<std::string> executor_names; ///< empty, or "*" alone: any of the type
    std::string executor_type;               ///< always needed
    std::string location;                    ///< empty: anywhere
    std::vector<std::string> dependencies;   ///< in a workflow: the nodes that it waits for
    std::int64_t nodes = 0;
    std::int64_t processes = 0;
    std::int64_t processes_per_node = 0;
    std::string cpu;     ///< thousandths of a core, "500m"; without the m the server reads 0
    std::string memory;  ///< "512Mi"; sure units are Ki, Mi and Gi
    std::string storage; ///< a server in exclusive mode never assigns what has one
    Gpu gpu;
    std::int64_t walltime = 0; ///< seconds
    bool operator==(const Conditions&) const = default;
};

struct FunctionSpec {
    std::string node; ///< its name in a workflow
    std::string function;
    Array args;                      ///< numbers pass through double precision on the server
    Object kwargs;                   ///< the same
    std::int64_t priority = 0;       ///< -50000 to 50000, higher first; one step is a day of waiting
    std::int64_t max_wait_time = -1; ///< seconds; 0 and less: for ever
    std::int64_t max_exec_time = -1; ///< seconds; -1: for ever; 0 is taken away at once
    std::int64_t max_retries = 0;    ///< how often it may be taken away; -1: for ever
    Conditions conditions;
    std::string label;
    Value fs; ///< wishes for file synchronisation, stored by the server as they are; null: none
    std::map<std::string, std::string> env;
    std::vector<std::string> channels; ///< at most 100
    Value resource;                    ///< of a server older than blueprints: the document to reconcile; null: none
    bool operator==(const FunctionSpec&) const = default;
};

} // namespace forager::colonies
