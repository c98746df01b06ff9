// Processes in containers, found by a mark in their environment. Only for the sources of primitives/docker.
#pragma once

#include "clients/docker/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <compare>
#include <set>
#include <string>

namespace forager::docker_work {

/// Where to look, and as whom: who has begun a process may see its environment, and end it.
struct Inside {
    std::string container;
    std::string user; ///< empty: the container's
    bool privileged = false;

    auto operator<=>(const Inside&) const = default;
};

/// Ends all that have the mark in their environment: whether nothing is left. A container that does not run has
/// nothing; one without a shell cannot be looked into. Failures: those of the client.
boost::asio::awaitable<Result<bool>> end_marked(docker::Client& client, Inside where, std::string mark);

/// What stands in marks behind their common beginning, up to a semicolon; nothing where nobody can look. Failures:
/// those of the client.
boost::asio::awaitable<Result<std::set<std::string>>> marks_in(docker::Client& client, Inside where,
                                                               std::string beginning);

} // namespace forager::docker_work
