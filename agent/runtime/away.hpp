// A wait for the colony: what is waited for may itself wait for a place of this agent, so nobody keeps one meanwhile.
#pragma once

#include "core/outcome.hpp"
#include "runtime/scheduler.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager {

/// What the work gives. When it has lasted for `patience`, the invocation has stepped out until it ends, and waits for
/// its places again. `note` says what it waits for; the scheduler and the invocation must outlive it. Failures: limit,
/// when too many wait so; the work is not begun then.
boost::asio::awaitable<Outcome> away(Scheduler& scheduler, const Invocation& invocation, std::string note,
                                     Duration patience, boost::asio::awaitable<Outcome> work);

} // namespace forager
