// Calls about volumes and networks. Failures of all: those of `Client::call`.
#pragma once

#include "clients/docker/client.hpp"
#include "clients/docker/container_spec.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager::docker {

/// A volume as the engine has it (Name, Mountpoint …); one of this name that is there already is as good. An empty
/// name: the engine makes one up.
boost::asio::awaitable<Result<Object>> create_volume(Client& client, std::string name, Pairs labels);
boost::asio::awaitable<Result<Object>> inspect_volume(Client& client, std::string name);
boost::asio::awaitable<Result<Array>> list_volumes(Client& client, Pairs labels);

/// Failures: refused (a container uses it: status 409).
boost::asio::awaitable<Result<void>> remove_volume(Client& client, std::string name, bool force);

/// Its id. Failures: refused (the name is taken: status 409).
boost::asio::awaitable<Result<std::string>> create_network(Client& client, std::string name, std::string driver,
                                                           bool internal, Pairs labels);
boost::asio::awaitable<Result<Object>> inspect_network(Client& client, std::string name);
boost::asio::awaitable<Result<Array>> list_networks(Client& client, Pairs labels);
boost::asio::awaitable<Result<void>> remove_network(Client& client, std::string name);

} // namespace forager::docker
