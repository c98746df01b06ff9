// Commands in containers that went on when the run of the program which began them died. Only for the sources of
// primitives/docker.
#pragma once

#include "clients/docker/client.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <string>

namespace forager::docker_work {

/// Whose commands: their marks begin so, and behind that stand the run that began them, a space, and a number.
struct LeftBy {
    std::string beginning;
    std::function<bool(const std::string& owner)> is_dead;
};

/// Looks into every container in which commands run, and ends those: how many. In an image without a shell they go on.
/// Failures: the engine does not answer.
boost::asio::awaitable<Result<std::size_t>> end_left_commands(docker::Client& client, Clock& clock, LeftBy whose);

} // namespace forager::docker_work
