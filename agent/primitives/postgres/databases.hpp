// The databases of a server as a restore needs them: whether one is there and holds something, and scratch ones. On the
// strand. Failures are those of `run_client`.
#pragma once

#include "primitives/postgres/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <set>
#include <string>

namespace forager::postgres {

/// Whether the server has its `database`.
boost::asio::awaitable<Result<bool>> exists(Hands hands, Server server);

/// Tables, views, sequences … that are not the system's own.
boost::asio::awaitable<Result<std::int64_t>> relations(Hands hands, Server server);

/// Makes the server's `database`, empty: also without what a local template would bring.
boost::asio::awaitable<Result<void>> create(Hands hands, Server server);

/// Removes it, and ends whoever is connected. Harmless when there is none.
boost::asio::awaitable<Result<void>> drop(Hands hands, Server server);

/// Whose databases are known to be left, however new they are: what follows `_` in their names begins so, and they are
/// not among those in use.
struct OwnDatabases {
    std::string beginning; ///< empty: nobody's
    std::set<std::string> in_use;
};

/// Removes databases that were left by those who were killed: called `prefix`, the second of 1970 that they were made
/// in, `_` and more; one's own, or made more than an hour ago and used by nobody.
boost::asio::awaitable<Result<void>> drop_unused(Hands hands, Server server, std::string prefix, OwnDatabases own);

} // namespace forager::postgres
