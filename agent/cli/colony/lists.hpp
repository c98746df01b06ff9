// What the server lists: at most a hundred of each state, the newest of what has ended.
#pragma once

#include "clients/colonies/types/process.hpp"
#include "clients/colonies/types/workflow.hpp"
#include "core/failure.hpp"
#include "primitives/colony/member.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace forager::cli {

constexpr std::int64_t longest_list = 100; ///< that the server gives

struct ListQuery {
    std::vector<colonies::ProcessState> states;
    std::int64_t count = longest_list; ///< of each state
    std::string executor;              ///< type; empty: all
    std::string label;                 ///< the same

    ListQuery() = default;
};

/// What runs first, then what waits, then what has ended, the newest first.
boost::asio::awaitable<Result<std::vector<colonies::Process>>> list_processes(ColonyMember& member, ListQuery query);
boost::asio::awaitable<Result<std::vector<colonies::ProcessGraph>>> list_graphs(ColonyMember& member, ListQuery query);

/// All of them, in this order.
std::vector<colonies::ProcessState> all_states();

/// The id of a process or workflow that begins like this. A whole one is not looked for. Failures: bad_arguments for
/// what cannot be an id, or is too short for one, or begins several; not_found where none that is listed begins so.
boost::asio::awaitable<Result<std::string>> whole_id(ColonyMember& member, std::string beginning);

} // namespace forager::cli
