// A function that an executor offers, as the colony's directory has it. Facts: Colonies v1.9.12.
#pragma once

#include "clients/colonies/types/executor.hpp"

#include <string>
#include <vector>

namespace forager::colonies {

/// One of an old server, a text "name::type", is read, too.
struct FunctionArgument {
    std::string name;
    std::string type;
    std::string description;
    bool required = false;
    std::vector<std::string> choices;
    bool operator==(const FunctionArgument&) const = default;
};

struct Function {
    std::string id; ///< given by the server
    std::string executor_name;
    std::string executor_type;
    std::string colony;
    std::string name;
    std::string description;
    std::vector<FunctionArgument> args;
    std::string location; ///< the executor's
    // Of successful processes, in seconds:
    std::int64_t counter = 0;
    double min_wait_time = 0;
    double max_wait_time = 0;
    double min_exec_time = 0;
    double max_exec_time = 0;
    double average_wait_time = 0;
    double average_exec_time = 0;
    bool operator==(const Function&) const = default;
};

/// As `to_object`, for a server of this age.
Object to_object(const Function& function, RecordShape shape);

} // namespace forager::colonies
