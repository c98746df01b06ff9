// Which of a container's events somebody wants to hear of: "die", "health_status: unhealthy", "exec_*", "*". Pure.
// Source: the events of containers in the Docker Engine API 1.41.
#pragma once

#include "core/failure.hpp"

#include <string_view>

namespace forager {

/// Refuses a word that fits no event. Failures: bad_arguments, with what there is.
Result<void> check_docker_event(std::string_view pattern);

} // namespace forager
