// Those who do a colony's work, what they have and what they offer. Facts: Colonies v1.9.12, and v1.9.4 and older for
// the other shape.
#pragma once

#include "base/time.hpp"
#include "clients/colonies/types/function_spec.hpp"
#include "clients/colonies/types/states.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace forager::colonies {

struct Hardware {
    std::string model;
    std::int64_t nodes = 0;
    std::string cpu; ///< "4000m"
    std::int64_t cores = 0;
    std::string memory;  ///< "16Gi"
    std::string storage; ///< "200Gi"
    Gpu gpu;
    std::string platform;     ///< "linux"
    std::string architecture; ///< "arm64"
    std::vector<std::string> network;
    bool operator==(const Hardware&) const = default;
};

struct Software {
    std::string name;
    std::string type;
    std::string version;
    bool operator==(const Software&) const = default;
};

/// One object instead of a list is read as a list of one.
struct Capabilities {
    std::vector<Hardware> hardware;
    std::vector<Software> software;
    bool operator==(const Capabilities&) const = default;
};

/// What one project may use, and uses.
struct Allocation {
    std::int64_t allocated_cpu = 0;
    std::int64_t used_cpu = 0;
    std::int64_t allocated_gpu = 0;
    std::int64_t used_gpu = 0;
    std::int64_t allocated_storage = 0;
    std::int64_t used_storage = 0;
    bool operator==(const Allocation&) const = default;
};

/// By the projects' names.
struct Allocations {
    std::map<std::string, Allocation> projects;
    bool operator==(const Allocations&) const = default;
};

/// Where on the earth it stands, in degrees. Old servers keep it with the executor; newer ones have a list of locations
/// with names.
struct Position {
    double longitude = 0;
    double latitude = 0;
    std::string description;
    bool operator==(const Position&) const = default;
};

struct Executor {
    std::string id;
    std::string type;
    std::string name;
    std::string colony;
    ExecutorState state = ExecutorState::pending;
    bool requires_functions = false;      ///< stored only: nothing is made of it
    std::optional<WallTime> commissioned; ///< set by the server
    std::optional<WallTime> last_heard;   ///< of the last assign
    std::string location;                 ///< the name of one that the colony has
    std::optional<Position> position;     ///< for an old server
    Capabilities capabilities;
    Allocations allocations;
    std::string blueprint_id;
    std::int64_t blueprint_generation = 0;
    bool operator==(const Executor&) const = default;
};

/// How a server wants its records.
enum class RecordShape {
    lists,  ///< v1.9.6 and newer: lists of hardware and software, the arguments of functions as records
    single, ///< v1.9.4 and older: one of each, a location inside, arguments as texts "name::type"
};

/// As `to_object`, for a server of this age.
Object to_object(const Executor& executor, RecordShape shape);
Object to_object(const Capabilities& capabilities, RecordShape shape);

} // namespace forager::colonies
