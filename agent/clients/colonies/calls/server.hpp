// Calls about the server itself. Failures of all calls: see `Client::call` and `refusal_of`; in short: unreachable,
// timed_out, refused, not_found, limit.
#pragma once

#include "clients/colonies/client.hpp"
#include "clients/colonies/types/colony.hpp"

namespace forager::colonies {

/// Unsigned, so it also shows that a server is there.
boost::asio::awaitable<Result<ServerVersion>> get_version(Client& client);
boost::asio::awaitable<Result<ServerInfo>> get_server_info(Client& client);

/// Of all colonies; for the server's owner.
boost::asio::awaitable<Result<Statistics>> get_statistics(Caller owner);

} // namespace forager::colonies
