// From a URL to a connected transport. Used by the client.
#pragma once

#include "core/failure.hpp"
#include "io/http/progress.hpp"
#include "io/http/tls.hpp"
#include "io/http/transport.hpp"
#include "io/pool.hpp"
#include "io/url.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace forager::http {

class Connector {
public:
    Connector(BlockingPool& pool, Clock& clock) : pool_{pool}, clock_{clock} {}

    /// Looks the name up, tries its addresses in turn until `deadline`, and secures the connection for https. Failures:
    /// not_found, refused, unreachable, timed_out; each names the peer.
    boost::asio::awaitable<Result<std::unique_ptr<Transport>>> connect(Url url, TlsSettings tls, TimePoint deadline,
                                                                       Progress& progress);

private:
    boost::asio::awaitable<Result<std::unique_ptr<Transport>>> connect_web(Url url, TlsSettings tls, TimePoint deadline,
                                                                           Progress& progress);

    BlockingPool& pool_;
    Clock& clock_;
    TlsContexts contexts_;
};

} // namespace forager::http
