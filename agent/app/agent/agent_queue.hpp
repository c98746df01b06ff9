// The durable queue as the agent has it: bounded by its settings, refusing what no function can take.
#pragma once

#include "app/app.hpp"
#include "config/config.hpp"
#include "sources/queue/queue_source.hpp"
#include "store/store.hpp"

#include <functional>
#include <memory>
#include <string>

namespace forager {

/// `ended` hears of each invocation that has ended. All must outlive it.
std::unique_ptr<QueueSource> agent_queue(App& app, store::Store& store, const config::Settings& settings,
                                         std::function<void(const std::string& id)> ended);

} // namespace forager
