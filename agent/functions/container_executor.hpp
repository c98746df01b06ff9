// What `execute` in a container is asked and says, whatever runs the container: as upstream's container executors.
#pragma once

#include "core/failure.hpp"
#include "core/outcome.hpp"
#include "core/value.hpp"

#include <string>

namespace forager {

/// The needed keyword `docker-image`.
Result<std::string> image_argument(const Object& kwargs);

/// `fs.mount` as a container sees it. Over the whole of its files, or over what it cannot see, nothing can be mounted.
Result<std::string> place_of_mount(const std::string& mount);

/// How upstream tells of a failure: who, what, and where it was. One that tells so already stays.
Failure in_words_of_container_executor(Failure failure);

/// The same of a container's end, which is an `exit` with `exit_code` and `oom_killed` in its details, or another
/// failure.
Outcome outcome_of_container(Result<void> end);

} // namespace forager
