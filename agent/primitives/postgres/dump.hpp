// Dumps of a PostgreSQL database in pg_dump's own format, streamed: nothing lies on the disk. On the strand. Failures
// are those of `run_client`.
#pragma once

#include "ports/object_store.hpp"
#include "primitives/postgres/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager::postgres {

/// The whole database into `sink`. What the sink took is a dump only when this succeeds.
boost::asio::awaitable<Result<void>> dump(Hands hands, Server server, ByteSink& sink);

struct RestoreOptions {
    bool clean = false;    ///< drops what the dump brings, where it is there
    bool no_owner = false; ///< all belongs to the user who restores, and nobody is granted anything

    RestoreOptions() = default;
};

/// Into the server's database, all of it or nothing: it is one transaction.
boost::asio::awaitable<Result<void>> restore(Hands hands, Server server, ByteSource& source, RestoreOptions options);

/// Reads a dump to its end as a restore would, without a server. Failures: exit (what it is not a whole dump for).
boost::asio::awaitable<Result<void>> check(Hands hands, ByteSource& source);

} // namespace forager::postgres
