// What the parents of a process in a workflow gave, by their nodes' names. The server hands it on as one flat list, in
// which nobody can tell whose is what: a parent may have given nothing, or several values. Part of the colony source.
// Facts: Colonies v1.9.12, docs/colony.md.
#pragma once

#include "sources/colony/desk.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>

namespace forager::colony {

/// Those that the arguments of a task refer to, and perhaps others; none for other processes. A server that is away is
/// asked again until `deadline`. Failures: those of the last call.
boost::asio::awaitable<Result<ParentResults>> parent_results(Desk& desk, colonies::Process process,
                                                             std::optional<TimePoint> deadline);

} // namespace forager::colony
