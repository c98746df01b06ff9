// The agent in one line, for whoever looks at the service: what it does, and first of all what is wrong.
#pragma once

#include "app/agent/script_set.hpp"
#include "runtime/supervisor.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace forager {

struct StatusView {
    std::size_t running = 0;
    std::size_t waiting = 0;
    bool paused = false;
    bool stopping = false;
    std::string store_trouble;
    std::vector<LoopStatus> loops;
    std::vector<ScriptSet::Status> scripts;
};

std::string status_line(const StatusView& view);

} // namespace forager
