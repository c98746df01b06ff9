// Files into and out of a container, as tar archives. Failures of all: those of `Client::call`.
#pragma once

#include "clients/docker/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager::docker {

/// Unpacks an archive, a local file, in a folder of the container, which must be there. It need not run.
boost::asio::awaitable<Result<void>> copy_in(Client& client, std::string container, std::string file,
                                             std::string folder);

/// Packs a file or folder of the container: names begin with the last part of `path`. Complete or not at all.
boost::asio::awaitable<Result<void>> copy_out(Client& client, std::string container, std::string path,
                                              std::string file);

} // namespace forager::docker
