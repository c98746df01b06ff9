// How the end of a container, or of a command in one, is told. Pure. Only for the sources of primitives/docker.
#pragma once

#include "core/failure.hpp"
#include "primitives/verdict.hpp"

#include <string>
#include <utility>

namespace forager::docker_work {

inline Failure out_of_memory(const std::string& title, Failure failure)
{
    failure.message = title + " needed more than its memory limit, and was killed";
    failure.details.append("oom_killed", true);
    return failure;
}

} // namespace forager::docker_work
