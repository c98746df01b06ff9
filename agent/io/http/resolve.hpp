// Host names to addresses, off the strand. Used by the connector.
#pragma once

#include "core/failure.hpp"
#include "io/pool.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace forager::http {

using Addresses = std::vector<boost::asio::ip::tcp::endpoint>;

/// All addresses of `host` in the order to try them; an address is its own. Failures: not_found, unreachable (no name
/// server answered). When cancelled it throws at once; the lookup itself ends on the pool without it.
boost::asio::awaitable<Result<Addresses>> look_up(BlockingPool& pool, std::string host, std::uint16_t port);

} // namespace forager::http
