// A call of a handler of which no record is kept: what the caller does not hear of its failure stands in the agent's
// log.
#pragma once

#include "app/agent/observer.hpp"
#include "runtime/scheduler.hpp"

#include <boost/asio/awaitable.hpp>

namespace forager {

/// As `Scheduler::call`; both must outlive it.
boost::asio::awaitable<Outcome> traced_call(Scheduler& scheduler, const AgentObserver& observer, Invocation invocation);

} // namespace forager
