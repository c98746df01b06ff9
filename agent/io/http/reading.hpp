// What becomes of an answer's body: kept in memory, saved to a file, or read past. Used by the client.
#pragma once

#include "core/failure.hpp"
#include "io/http/exchange.hpp"
#include "io/pool.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <string>

namespace forager::http {

/// The whole body. Failures: limit, naming `url`; those of reading.
boost::asio::awaitable<Result<std::string>> collect(Exchange& exchange, std::size_t limit, std::string url);

/// Writes the whole body to `path`, which appears complete or not at all.
boost::asio::awaitable<Result<void>> save(BlockingPool& pool, Exchange& exchange, std::string path);

/// Reads past a short body, so that the connection can be used again; a long or broken one is left alone.
boost::asio::awaitable<void> drain(Exchange& exchange);

} // namespace forager::http
