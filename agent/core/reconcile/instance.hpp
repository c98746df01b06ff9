// One replica as its runtime sees it. Pure.
#pragma once

#include "base/time.hpp"
#include "core/reconcile/deployment.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace forager::reconcile {

struct Instance {
    enum class State { starting, running, ended };

    std::string name; ///< of the container, the pod, the process; nobody else's in the runtime
    Runtime runtime = Runtime::docker;
    std::string id;              ///< the runtime's own
    std::string print;           ///< of the template that it was made from
    std::int64_t generation = 0; ///< of the document then
    std::string executor;        ///< its identity in the colony; empty: none
    State state = State::starting;
    bool ready = false;           ///< runs and, where it has a health check, passes it
    bool unhealthy = false;       ///< fails its health check for good
    std::optional<int> exit_code; ///< of one that has ended
    std::string trouble;          ///< why it does not run or is not ready, in the runtime's words
    std::string image;            ///< or the command's first word
    WallTime created{};
    std::optional<WallTime> started;
    std::optional<WallTime> ended;

    Instance() = default;
};

} // namespace forager::reconcile
