// A small HTTP server that does as a test says, also what no decent server does. It runs on the test's own loop.
#pragma once

#include "certificates.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace forager::test {

/// What the peer does with one request.
struct Reply {
    std::string bytes; ///< sent as they are
    enum class Then {
        wait_for_next,
        close,  ///< with a TLS farewell, where there is one
        vanish, ///< without it
        hang,   ///< neither answers further nor closes
        repeat, ///< the last kilobyte again and again
    } then = Then::wait_for_next;
};

/// A complete answer with its length.
Reply answer(int status, const std::string& body, const std::string& more_headers = "");

class HttpPeer {
public:
    /// Given a request, head and body as they came.
    using Handler = std::function<Reply(const std::string& request)>;

    struct Options {
        std::optional<Identity> identity; ///< speaks TLS with it
        std::string client_authority;     ///< PEM; wants a certificate from the client
        std::string socket_path;          ///< listens on a local socket, not on 127.0.0.1
        bool hang_before_handshake = false;
        std::string banner; ///< said at once, before anything is asked; then it closes
    };

    HttpPeer(boost::asio::io_context& context, Handler handler);
    HttpPeer(boost::asio::io_context& context, Handler handler, Options options);
    ~HttpPeer();

    std::uint16_t port() const;
    int connections() const;
    const std::vector<std::string>& requests() const;

    /// Closes every connection that is waiting for a request, as servers do with idle ones.
    void close_idle();

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace forager::test
