// Several records of a colony at once.
#pragma once

#include "clients/colonies/types/process.hpp"
#include "core/failure.hpp"
#include "primitives/colony/member.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <string>
#include <vector>

namespace forager::cli {

/// These processes, in this order. Failures: the first one.
boost::asio::awaitable<Result<std::vector<colonies::Process>>> read_processes(ColonyMember& member,
                                                                              std::vector<std::string> ids);

/// The names of the colony's executors by their ids, those that are gone, too.
boost::asio::awaitable<Result<std::map<std::string, std::string>>> executor_names(ColonyMember& member);

} // namespace forager::cli
