// What /metrics says: the state of the agent's parts and what they have done, as text for Prometheus. On the strand.
#pragma once

#include "app/agent/channel_counts.hpp"
#include "app/agent/invocation_counts.hpp"
#include "app/agent/log.hpp"
#include "app/agent/script_set.hpp"
#include "io/formats/open_metrics.hpp"
#include "runtime/supervisor.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace forager {

/// A look at the agent at one moment; what it points at must outlive the page's making.
struct MetricsView {
    double begun = 0; ///< seconds since 1970
    bool ready = false;
    std::size_t waiting = 0; ///< in the queue
    std::size_t running = 0;
    std::size_t sleeping = 0;
    std::size_t outbox = 0;         ///< outcomes that the colony has not heard
    std::size_t colony_running = 0; ///< processes of the colony
    bool store_trouble = false;
    std::size_t store_jobs = 0; ///< that wait to be written
    std::size_t children = 0;
    std::size_t hooks_running = 0;
    const InvocationCounts& invocations;
    const AgentLog& log;
    const std::map<int, std::uint64_t>& http_replies; ///< by status
    std::vector<LoopStatus> loops{};
    std::vector<ScriptSet::Status> scripts{};
    std::vector<MessageCounts> messages{};
    std::vector<ChannelCounts> channels{};
};

/// Labels take a bounded number of values: what goes beyond is left out or counted together.
std::string metrics_page(const MetricsView& view, MetricsText::Form form);

} // namespace forager
