// Volumes and networks, as scripts make and look at them. Failures: bad_arguments, naming an option; those of
// `docker::Client::call`.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "primitives/docker/engine.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager::docker_work {

/// Options: name, labels. { name, path (on the engine's machine), labels }. One that is there is as good.
boost::asio::awaitable<Result<Object>> create_volume(DockerEngine& engine, Object options);
boost::asio::awaitable<Result<Object>> volume(DockerEngine& engine, std::string name);
/// Options: labels.
boost::asio::awaitable<Result<Array>> volumes(DockerEngine& engine, Object options);
boost::asio::awaitable<Result<void>> remove_volume(DockerEngine& engine, std::string name);

/// Options: name, driver ("bridge"), internal (without a way out), labels. { id, name, driver, labels }.
boost::asio::awaitable<Result<Object>> create_network(DockerEngine& engine, Object options);
boost::asio::awaitable<Result<Object>> network(DockerEngine& engine, std::string name);
/// Options: labels.
boost::asio::awaitable<Result<Array>> networks(DockerEngine& engine, Object options);
boost::asio::awaitable<Result<void>> remove_network(DockerEngine& engine, std::string name);

} // namespace forager::docker_work
