#include "app/agent/loop_list.hpp"

#include <algorithm>

namespace forager {

namespace {

int badness(const LoopStatus& loop)
{
    switch (loop.state) {
    case LoopState::sleeping: return 3;
    case LoopState::ended: return 2;
    case LoopState::running: return loop.last_error.empty() ? 0 : 1;
    }
    return 0;
}

} // namespace

std::vector<LoopStatus> by_name(const std::vector<LoopStatus>& loops)
{
    std::vector<LoopStatus> list;
    for (const LoopStatus& loop : loops) {
        const auto same = std::ranges::find(list, loop.name, &LoopStatus::name);
        if (same == list.end()) {
            list.push_back(loop);
            continue;
        }
        const std::size_t restarts = same->restarts + loop.restarts;
        if (badness(loop) > badness(*same))
            *same = loop;
        same->restarts = restarts;
    }
    return list;
}

} // namespace forager
