// TLS over a connected socket: whom to trust, and in plain words why not. Used by the connector.
#pragma once

#include "core/failure.hpp"
#include "io/http/client.hpp"
#include "io/http/transport.hpp"
#include "io/pool.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <map>
#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace forager::http {

/// Contexts by settings, made at first use: loading the system's authorities costs tens of milliseconds.
class TlsContexts {
public:
    /// Failures: not_found or bad_arguments, naming the file that cannot be used.
    boost::asio::awaitable<Result<std::shared_ptr<boost::asio::ssl::context>>> get(BlockingPool& pool,
                                                                                   TlsSettings settings);

private:
    std::map<TlsSettings, std::shared_ptr<boost::asio::ssl::context>> contexts_;
};

/// Whether this is a peer's no (to a certificate, or the lack of one, to all that is offered) that stays one until
/// somebody changes a setting. With TLS 1.3 it may come behind the handshake.
bool is_lasting_alert(const boost::system::error_code& code);

/// Shakes hands as a client (TLS 1.2 or newer, SNI). Failures: refused, saying what is wrong with the certificate and
/// for whom, or that there is no TLS, not to be tried again; unreachable. `peer` is host:port for messages.
boost::asio::awaitable<Result<std::unique_ptr<Transport>>> secure(boost::asio::ip::tcp::socket socket,
                                                                  std::shared_ptr<boost::asio::ssl::context> context,
                                                                  std::string host, std::string peer);

} // namespace forager::http
