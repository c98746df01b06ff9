// What a pod and its containers do, as their status tells. Pure.
#pragma once

#include "core/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace forager::kubernetes {

struct ContainerState {
    enum class Phase { waiting, running, ended } phase = Phase::waiting;
    std::string name;
    std::string reason;  ///< "ContainerCreating", "ErrImagePull", "OOMKilled" …
    std::string message; ///< more about it, may be empty
    std::int64_t exit_code = 0;
    std::int64_t restarts = 0;
    bool ready = false;

    ContainerState() = default;
};

/// In the order of the pod's containers; those that the node has not told of are waiting.
std::vector<ContainerState> containers_of(const Object& pod);

/// "Pending", "Running", "Succeeded", "Failed", "Unknown".
std::string phase_of(const Object& pod);

bool is_ready(const Object& pod);
bool is_being_deleted(const Object& object);

/// Whether its containers have ended for good.
bool has_ended(const Object& pod);

/// Why it does not run as it should, in the words of Kubernetes; empty when nothing is known to be wrong.
std::string trouble_of(const Object& pod);

} // namespace forager::kubernetes
