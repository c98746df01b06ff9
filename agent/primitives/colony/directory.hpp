// Who is in a colony, what they offer, and its numbers, for functions and scripts. Values out; the failures are those
// of processes.hpp.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "primitives/colony/member.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager::colony_work {

/// Those that are pending, rejected and removed, too. See `executor_table`.
boost::asio::awaitable<Result<Array>> list_executors(ColonyMember& member);

/// By its name.
boost::asio::awaitable<Result<Object>> get_executor(ColonyMember& member, std::string name);

/// Those that an executor offers, or all of them. See `function_table`.
boost::asio::awaitable<Result<Array>> list_functions(ColonyMember& member, std::string executor);

/// See `statistics_table`.
boost::asio::awaitable<Result<Object>> statistics(ColonyMember& member);

} // namespace forager::colony_work
