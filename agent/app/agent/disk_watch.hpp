// Says in the log when the state file takes nothing any more, and when it does again, whoever asked it to. A loop of
// the agent.
#pragma once

#include "app/agent/log.hpp"
#include "ports/clock.hpp"
#include "store/writer.hpp"

#include <boost/asio/awaitable.hpp>

namespace forager {

/// Never returns. All must outlive it.
boost::asio::awaitable<void> watch_disk(store::Writer& writer, Clock& clock, const AgentLog& log);

} // namespace forager
